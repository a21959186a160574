#pragma once
#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

// libcurl's setters and getters are variadic, which Swift cannot call: one wrapper per argument type.
static inline CURLcode curl_set_long(CURL *h, CURLoption o, long v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode curl_set_int64(CURL *h, CURLoption o, curl_off_t v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode curl_set_string(CURL *h, CURLoption o, const char *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode curl_set_pointer(CURL *h, CURLoption o, const void *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode curl_set_list(CURL *h, CURLoption o, struct curl_slist *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode curl_set_callback(CURL *h, CURLoption o, size_t (*v)(char *, size_t, size_t, void *)) {
  return curl_easy_setopt(h, o, v);
}
static inline CURLcode curl_set_opening_callback(CURL *h, int (*v)(void *, curl_socket_t, curlsocktype)) {
  return curl_easy_setopt(h, CURLOPT_SOCKOPTFUNCTION, v);
}
static inline CURLcode curl_set_closing_callback(CURL *h, int (*v)(void *, curl_socket_t)) {
  return curl_easy_setopt(h, CURLOPT_CLOSESOCKETFUNCTION, v);
}
static inline CURLcode curl_get_int64(CURL *h, CURLINFO i, curl_off_t *v) { return curl_easy_getinfo(h, i, v); }
static inline CURLMcode curl_multi_set_long(CURLM *m, CURLMoption o, long v) { return curl_multi_setopt(m, o, v); }
static inline CURLMcode curl_multi_set_pointer(CURLM *m, CURLMoption o, void *v) { return curl_multi_setopt(m, o, v); }
static inline CURLMcode curl_multi_set_socket_callback(CURLM *m, int (*v)(CURL *, curl_socket_t, int, void *, void *)) {
  return curl_multi_setopt(m, CURLMOPT_SOCKETFUNCTION, v);
}
static inline CURLMcode curl_multi_set_timer_callback(CURLM *m, int (*v)(CURLM *, long, void *)) {
  return curl_multi_setopt(m, CURLMOPT_TIMERFUNCTION, v);
}

// Variadic too: what ps and debuggers call the thread that drives libcurl.
static inline int curl_name_this_thread(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }
