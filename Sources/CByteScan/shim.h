#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// Swift's own vectors compare lane by lane in a loop, so this stands in C.

// Where the first byte stands, from `start` on, that a JSON string does not hold as it is (RFC 8259, 7) or that is no ASCII:
// a quote, a backslash, a control character, a part of a longer character of UTF-8; `count` where there is none.
static inline size_t end_of_plain_text(const void *text, size_t start, size_t count) {
  const unsigned char *bytes = text;
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), space = _mm_set1_epi8(' ');
  for (; start + 16 <= count; start += 16) {
    __m128i block = _mm_loadu_si128((const __m128i *)(bytes + start));
    // Compared with their sign, so that what is no ASCII is below a space too.
    __m128i marks = _mm_or_si128(_mm_cmplt_epi8(block, space),
                                 _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)));
    int found = _mm_movemask_epi8(marks);
    if (found) return start + (size_t)__builtin_ctz((unsigned)found);
  }
#else
  const uint64_t ones = 0x0101010101010101, high = 0x8080808080808080;
  for (; start + 8 <= count; start += 8) {
    uint64_t word;
    memcpy(&word, bytes + start, 8);
    // Subtracting borrows only from a byte that matches, which the loop below finds.
    if ((((word ^ ones * '"') - ones) | ((word ^ ones * '\\') - ones) | (word - ones * ' ') | word) & high) break;
  }
#endif
  while (start < count && bytes[start] >= ' ' && bytes[start] < 0x80 && bytes[start] != '"' && bytes[start] != '\\') start++;
  return start;
}
