// Where the Swift runtime finds the program's arguments: glibc hands them to every initialiser.
//
// Its own version looks for them in /proc/self/maps, line by line and before `main`: half a millisecond of each start, and
// so of each health check. Where a later runtime asks by other names, it takes its own version again.
#include "CCommandLine.h"

static int count;
static char **arguments;

__attribute__((constructor)) static void remember(int argc, char **argv) {
  count = argc;
  arguments = argv;
}

char **_swift_stdlib_getUnsafeArgvArgc(int *argc) {
  *argc = count;
  return arguments;
}

void _swift_stdlib_overrideUnsafeArgvArgc(char **argv, int argc) { remember(argc, argv); }
