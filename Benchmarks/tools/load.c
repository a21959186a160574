// Asks for one page again and again over one connection, as Prometheus does, and prints what it saw as JSON.
//
//   load PORT PATH gzip|identity COUNT MAX_SECONDS [PAUSE_MS]
//
// Times are from the first byte of the request to the last of the answer, in microseconds.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char buffer[1 << 20];
static size_t begin, end;
static int connection = -1;
static int port;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static void fail(const char *what) {
  fprintf(stderr, "load: %s\n", what);
  exit(1);
}

static void connect_again(void) {
  if (connection >= 0) close(connection);
  connection = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
  int on = 1;
  struct timeval patience = {.tv_sec = 120};
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect(connection, (struct sockaddr *)&address, sizeof address)) fail("cannot connect");
}

// False at the end of the connection.
static int more(void) {
  if (begin == end) begin = end = 0;
  ssize_t count = recv(connection, buffer + end, sizeof buffer - 1 - end, 0);
  if (count < 0) fail("no answer");
  end += count;
  return count > 0;
}

// A line without its end; the buffer has room for any head.
static char *line(void) {
  for (;;) {
    buffer[end] = 0;
    char *found = memmem(buffer + begin, end - begin, "\r\n", 2);
    if (found) {
      char *start = buffer + begin;
      *found = 0;
      begin = found + 2 - buffer;
      return start;
    }
    if (begin > 0) {
      memmove(buffer, buffer + begin, end - begin);
      end -= begin;
      begin = 0;
    }
    if (!more()) return NULL;
  }
}

static void skip(size_t count) {
  while (count > 0) {
    size_t here = end - begin < count ? end - begin : count;
    begin += here;
    count -= here;
    if (count > 0 && !more()) fail("the answer is cut");
  }
}

// Reads an answer; returns the length of its body.
static size_t answer(int *closes) {
  char *status = line();
  if (!status) return (size_t)-1;
  if (!strstr(status, " 200 ")) fail(status);
  *closes = strncmp(status, "HTTP/1.0", 8) == 0;
  long length = -1;
  int chunked = 0;
  for (char *field; (field = line()) && *field;) {
    if (!strncasecmp(field, "content-length:", 15)) length = atol(field + 15);
    if (!strncasecmp(field, "transfer-encoding: chunked", 26)) chunked = 1;
    if (!strncasecmp(field, "connection: close", 17)) *closes = 1;
  }
  if (chunked) {
    for (length = 0;;) {
      char *field = line();
      if (!field) fail("the answer is cut");
      size_t chunk = strtoul(field, NULL, 16);
      skip(chunk + 2);
      length += chunk;
      if (chunk == 0) return length;
    }
  }
  if (length >= 0) {
    skip(length);
  } else {
    for (length = end - begin, begin = end; more(); begin = end) length += end - begin;
    *closes = 1;
  }
  return length;
}

static int ascending(const void *left, const void *right) {
  double difference = *(const double *)left - *(const double *)right;
  return difference < 0 ? -1 : difference > 0;
}

int main(int argc, char **argv) {
  if (argc < 6) fail("usage: load PORT PATH gzip|identity COUNT MAX_SECONDS [PAUSE_MS]");
  port = atoi(argv[1]);
  int wanted = atoi(argv[4]), count = 0;
  double limit = atof(argv[5]) * 1e6, start = now();
  long pause = argc > 6 ? atol(argv[6]) : 0;
  char request[1024];
  int size = snprintf(request, sizeof request,
      "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain;version=0.0.4\r\nAccept-Encoding: %s\r\n\r\n",
      argv[2], argv[3]);
  double *times = calloc(wanted, sizeof *times);
  size_t bytes = 0;
  connect_again();
  while (count < wanted && (count == 0 || now() - start < limit)) {
    int closes = 0;
    double before = now();
    if (send(connection, request, size, MSG_NOSIGNAL) != size) fail("cannot send");
    bytes = answer(&closes);
    if (bytes == (size_t)-1) fail("the connection ended");
    times[count++] = now() - before;
    if (closes) connect_again();
    if (pause) usleep(pause * 1000);
  }
  double elapsed = (now() - start) / 1e6;
  qsort(times, count, sizeof *times, ascending);
  printf("{\"count\": %d, \"p50\": %.1f, \"p99\": %.1f, \"worst\": %.1f, \"bytes\": %zu, \"seconds\": %.3f}\n", count,
         times[count / 2], times[(int)(count * 0.99)], times[count - 1], bytes, elapsed);
}
