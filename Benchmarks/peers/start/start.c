// The least that a program linking libcurl and libmicrohttpd takes to answer /-/healthy.
//
//   start PORT
#include <curl/curl.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *data, size_t *size, void **state) {
  static int seen;
  (void)context, (void)url, (void)method, (void)version, (void)data, (void)size;
  if (!*state) return *state = &seen, MHD_YES;
  struct MHD_Response *response = MHD_create_response_from_buffer(9, "Healthy.\n", MHD_RESPMEM_PERSISTENT);
  enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_OK, response);
  MHD_destroy_response(response);
  return result;
}

int main(int argc, char **argv) {
  if (argc < 2 || !curl_version_info(CURLVERSION_NOW)) return 2;
  if (!MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, (unsigned short)atoi(argv[1]), NULL, NULL, answer, NULL, MHD_OPTION_END))
    return 1;
  sleep(10);
}
