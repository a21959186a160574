// A cloud with nothing but artifacts, so fast that it is never the bottleneck of a collector.
//
//   cloud [LATENCY_MS] [CHANGING]
//
// Listens on a free port of 127.0.0.1 and prints it. An instance's id says how much it holds:
// i0001-a000100000-r00005000-000000000 has 100,000 artifacts in 5,000 repositories. A page of 100 artifacts has about
// 62 kB; it lies ready in memory, and only the digits that tell artifacts apart are written anew. With CHANGING=1 the
// sizes grow with every listing. It ends when its standard input does.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 100, HEAD_ROOM = 256, REQUEST_ROOM = 16384, MAX_CONNECTIONS = 4096 };

// One artifact; each run of one letter in lower case is replaced by a number of the same width.
static const char artifact_pattern[] =
    "{\"id\":iiiiiiiiii,\"pull_time\":\"2026-05-1dT10:22:11.840Z\",\"push_time\":\"2026-03-0dT08:15:30.127Z\","
    "\"repository_id\":rrrrrrr,\"repository_name\":\"team-001/service-rrrrrrr\","
    "\"digest\":\"sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2fiiiiiiiiii\","
    "\"manifest_media_type\":\"application/vnd.docker.distribution.manifest.v2+json\","
    "\"media_type\":\"application/vnd.docker.container.image.v1+json\",\"namespace_id\":17,\"size\":ssssssssss,"
    "\"type\":\"IMAGE\",\"tags\":[{\"id\":iiiiiiiiii,\"repository_id\":rrrrrrr,\"artifact_id\":iiiiiiiiii,"
    "\"name\":\"1.0.iiiiiiiiii\",\"push_time\":\"2026-03-0dT08:15:30.127Z\","
    "\"pull_time\":\"2026-05-1dT10:22:11.840Z\"}]},";
// Where the numbers stand in it: offset, width, which.
static struct { int offset, width; char which; } places[32];
static int place_count;
enum { ARTIFACT = sizeof artifact_pattern - 1 };

struct connection {
  int fd;
  size_t filled;
  char request[REQUEST_ROOM];
  // An answer that waits for its time.
  struct timespec due;
  size_t start, length;
  char answer[HEAD_ROOM + PAGE * ARTIFACT + 128];
};

static struct connection *connections[MAX_CONNECTIONS];
static struct connection *waiting[MAX_CONNECTIONS];
static unsigned first_waiting, last_waiting;
static long latency_ns;
static int changing;
static uint64_t listings;

static void find_places(void) {
  for (int offset = 0; offset < ARTIFACT;) {
    int width = 1;
    while (artifact_pattern[offset + width] == artifact_pattern[offset]) width++;
    char which = artifact_pattern[offset];
    int is_number = (width >= 7 && strchr("irs", which)) || (which == 'd' && offset > 3 &&
        artifact_pattern[offset - 3] == '-' && artifact_pattern[offset + 1] == 'T') ||
        (which == 'd' && artifact_pattern[offset - 1] >= '0' && artifact_pattern[offset - 1] <= '9' &&
         artifact_pattern[offset + 1] == 'T');
    if (is_number) {
      places[place_count].offset = offset;
      places[place_count].width = width;
      places[place_count++].which = which;
    }
    offset += width;
  }
}

static void put_number(char *end, int width, uint64_t value) {
  while (width-- > 0) {
    *--end = '0' + value % 10;
    value /= 10;
  }
}

static uint64_t mixed(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

static char *body_of(struct connection *c) { return c->answer + HEAD_ROOM; }

static void finish(struct connection *c, const char *status, size_t length) {
  char head[HEAD_ROOM];
  int size = snprintf(head, sizeof head,
                      "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", status, length);
  c->start = HEAD_ROOM - size;
  memcpy(c->answer + c->start, head, size);
  c->length = size + length;
}

static void make_page(struct connection *c, long instance, long artifacts, long repositories, long page) {
  char *body = body_of(c);
  size_t length = sprintf(body, "{\"artifacts\":[");
  long begin = (page - 1) * PAGE, end = begin + PAGE < artifacts ? begin + PAGE : artifacts;
  if (begin == 0) listings++;
  uint64_t growth = changing ? listings * 4096 : 0;
  for (long index = begin; index < end; index++) {
    char *text = body + length;
    memcpy(text, artifact_pattern, ARTIFACT);
    for (int place = 0; place < place_count; place++) {
      uint64_t value = places[place].which == 'i' ? 1000000000ULL + index
          : places[place].which == 'r' ? 1000000ULL + instance * 7919 % 1000000 + index % repositories
          : places[place].which == 's' ? 1000000000ULL + mixed(index + instance * 1000003) % 8000000000ULL + growth
                                       : 1 + (uint64_t)index % 9;
      put_number(text + places[place].offset + places[place].width, places[place].width, value);
    }
    length += ARTIFACT;
  }
  if (begin < end) length--;  // the last comma
  length += end < artifacts ? sprintf(body + length, "],\"next_marker\":%ld}", page + 1) : sprintf(body + length, "]}");
  finish(c, "200 OK", length);
}

static void answer(struct connection *c) {
  long number, artifacts, repositories, page = 1;
  char *instance = strstr(c->request, "/instances/");
  char *line_end = strstr(c->request, "\r\n");
  *line_end = 0;
  if (instance && sscanf(instance, "/instances/i%ld-a%ld-r%ld", &number, &artifacts, &repositories) == 3 &&
      repositories > 0) {
    if (strstr(instance, "/artifacts")) {
      char *marker = strstr(instance, "marker=");
      if (marker) page = atol(marker + 7);
      make_page(c, number, artifacts, repositories, page < 1 ? 1 : page);
    } else {
      finish(c, "200 OK", sprintf(body_of(c), "{\"namespaces\":[{\"namespace_id\":17,\"name\":\"team-001\"}],\"total\":1}"));
    }
  } else if (strstr(c->request, "/instances")) {
    finish(c, "200 OK", sprintf(body_of(c), "{\"instances\":[],\"total\":0}"));
  } else {
    finish(c, "404 Not Found", sprintf(body_of(c), "{\"error_code\":\"APIGW.0101\",\"error_msg\":\"no such API\"}"));
  }
}

static void close_connection(struct connection *c) {
  connections[c->fd] = NULL;
  close(c->fd);
  free(c);
}

static void send_answer(struct connection *c) {
  size_t sent = 0;
  while (sent < c->length) {
    ssize_t count = send(c->fd, c->answer + c->start + sent, c->length - sent, MSG_NOSIGNAL);
    if (count > 0) {
      sent += count;
    } else if (errno == EAGAIN) {
      struct pollfd room = {c->fd, POLLOUT, 0};
      poll(&room, 1, 1000);
    } else {
      return;
    }
  }
}

static void take(struct connection *c) {
  ssize_t count = recv(c->fd, c->request + c->filled, REQUEST_ROOM - 1 - c->filled, 0);
  if (count <= 0) {
    // One that goes away while its answer waits is closed when that is due.
    if (!(count < 0 && errno == EAGAIN) && c->length == 0) close_connection(c);
    return;
  }
  c->filled += count;
  c->request[c->filled] = 0;
  if (!strstr(c->request, "\r\n\r\n")) return;
  answer(c);
  c->filled = 0;
  if (latency_ns == 0) {
    send_answer(c);
    c->length = 0;
    return;
  }
  clock_gettime(CLOCK_MONOTONIC, &c->due);
  c->due.tv_nsec += latency_ns;
  c->due.tv_sec += c->due.tv_nsec / 1000000000L;
  c->due.tv_nsec %= 1000000000L;
  waiting[last_waiting++ % MAX_CONNECTIONS] = c;
}

// Sends what is due; returns how long to wait for the next.
static struct timespec *send_due(struct timespec *wait) {
  while (first_waiting != last_waiting) {
    struct connection *c = waiting[first_waiting % MAX_CONNECTIONS];
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long long left = (c->due.tv_sec - now.tv_sec) * 1000000000LL + c->due.tv_nsec - now.tv_nsec;
    if (left > 0) {
      wait->tv_sec = left / 1000000000LL;
      wait->tv_nsec = left % 1000000000LL;
      return wait;
    }
    first_waiting++;
    send_answer(c);
    c->length = 0;
  }
  return NULL;
}

int main(int argc, char **argv) {
  latency_ns = argc > 1 ? (long)(atof(argv[1]) * 1e6) : 0;
  changing = argc > 2 && atoi(argv[2]);
  find_places();
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1, room = 1 << 20;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 1024)) return perror("cloud"), 1;
  getsockname(listener, (struct sockaddr *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  int poller = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[256];
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  event.data.fd = STDIN_FILENO;
  int watches_input = epoll_ctl(poller, EPOLL_CTL_ADD, STDIN_FILENO, &event) == 0;
  for (;;) {
    struct timespec wait;
    int count = epoll_pwait2(poller, events, 256, send_due(&wait), NULL);
    for (int index = 0; index < count; index++) {
      int fd = events[index].data.fd;
      if (fd == STDIN_FILENO && watches_input) return 0;
      if (fd != listener) {
        if (connections[fd]) take(connections[fd]);
        continue;
      }
      while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= MAX_CONNECTIONS) { close(fd); continue; }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
        connections[fd] = calloc(1, sizeof **connections);
        connections[fd]->fd = fd;
        event.data.fd = fd;
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
      }
    }
  }
}
