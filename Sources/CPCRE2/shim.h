#pragma once
// The library comes in one flavour for each width of its characters; its names are macros until one is chosen.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

// Function names are macros that paste the width on, which Swift cannot see.
typedef pcre2_code regex_code;
typedef pcre2_match_context regex_match_context;
typedef pcre2_match_data regex_match_data;

static inline regex_code *regex_compile(
    const unsigned char *text, size_t length, uint32_t options, int *error, size_t *offset) {
  return pcre2_compile(text, length, options, error, offset, 0);
}
static inline void regex_code_free(regex_code *code) { pcre2_code_free(code); }

// Bounds of one match: how often the engine may try, and how many KiB it may take for what it has to come back to.
static inline regex_match_context *regex_match_context_create(uint32_t tries, uint32_t kibibytes) {
  pcre2_match_context *context = pcre2_match_context_create(0);
  if (context) {
    pcre2_set_match_limit(context, tries);
    pcre2_set_heap_limit(context, kibibytes);
  }
  return context;
}
static inline void regex_match_context_free(regex_match_context *context) { pcre2_match_context_free(context); }

static inline regex_match_data *regex_match_data_create(void) { return pcre2_match_data_create(1, 0); }
static inline void regex_match_data_free(regex_match_data *data) { pcre2_match_data_free(data); }

static inline int regex_match(
    const regex_code *code, const unsigned char *text, size_t length, regex_match_data *data,
    regex_match_context *context) {
  return pcre2_match(code, text, length, 0, 0, data, context);
}
static inline int regex_error_message(int error, unsigned char *text, size_t length) {
  return pcre2_get_error_message(error, text, length);
}
