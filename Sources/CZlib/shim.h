#pragma once
#include <zlib.h>

// deflateInit2 and inflateInit2 are macros that pass the header's version along, which Swift cannot see.
// A negative window size asks for raw deflate data (RFC 1951) without a header or a trailer.
static inline int zlib_raw_deflate_init(z_streamp stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
}
static inline int zlib_raw_inflate_init(z_streamp stream) { return inflateInit2(stream, -15); }
