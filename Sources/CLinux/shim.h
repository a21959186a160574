#pragma once
// What Swift's own module of the C library leaves out.
#include <malloc.h>

// Declared for those only who ask for GNU extensions.
int memfd_create(const char *name, unsigned int flags);
