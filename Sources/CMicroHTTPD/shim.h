#pragma once
#include <microhttpd.h>

// What a daemon is started with; MHD_start_daemon takes it as variadic options, which Swift cannot pass.
struct mhd_setup {
  int listen_socket;
  // A gnutls_certificate_retrieve_function2 for TLS; NULL for plain HTTP.
  void *certificate_source;
  unsigned int maximum_connections;
  unsigned int idle_timeout_seconds;
  size_t connection_memory;
  MHD_AcceptPolicyCallback accept;
  MHD_AccessHandlerCallback handle;
  void *(*request_started)(void *context, const char *target, struct MHD_Connection *connection);
  MHD_RequestCompletedCallback request_completed;
  MHD_NotifyConnectionCallback connection_changed;
  void *context;
};

static inline struct MHD_Daemon *mhd_start(const struct mhd_setup *s) {
  // ITC is part of suspend and resume, and what quiescing needs.
  unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
  struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_CERT_CALLBACK, 0, s->certificate_source},
                                 {MHD_OPTION_END, 0, NULL}};
  struct MHD_OptionItem plain[] = {{MHD_OPTION_END, 0, NULL}};
  return MHD_start_daemon(flags | (s->certificate_source ? MHD_USE_TLS : 0), 0, s->accept, s->context, s->handle, s->context,
                          MHD_OPTION_LISTEN_SOCKET, (MHD_socket)s->listen_socket, MHD_OPTION_CONNECTION_LIMIT,
                          s->maximum_connections, MHD_OPTION_CONNECTION_TIMEOUT, s->idle_timeout_seconds,
                          MHD_OPTION_CONNECTION_MEMORY_LIMIT, s->connection_memory, MHD_OPTION_URI_LOG_CALLBACK,
                          s->request_started, s->context, MHD_OPTION_NOTIFY_COMPLETED, s->request_completed,
                          s->context, MHD_OPTION_NOTIFY_CONNECTION, s->connection_changed, s->context,
                          MHD_OPTION_ARRAY, s->certificate_source ? tls : plain, MHD_OPTION_END);
}

// MHD_get_connection_info is variadic too: one wrapper per question.
static inline int mhd_connection_socket(struct MHD_Connection *c) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}
static inline const struct sockaddr *mhd_connection_address(struct MHD_Connection *c) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return info ? info->client_addr : NULL;
}
static inline size_t mhd_connection_header_size(struct MHD_Connection *c) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return info ? info->header_size : 0;
}

// A gnutls_session_t; NULL where the connection is not encrypted.
static inline void *mhd_connection_tls_session(struct MHD_Connection *c) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  return info ? info->tls_session : NULL;
}
// What the start of the connection left for its requests.
static inline void *mhd_connection_context(struct MHD_Connection *c) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info ? info->socket_context : NULL;
}

// 64-bit macros for "unknown" and the two ends of a body, whose casts Swift does not import.
static inline uint64_t mhd_size_unknown(void) { return MHD_SIZE_UNKNOWN; }
static inline ssize_t mhd_end_of_stream(void) { return MHD_CONTENT_READER_END_OF_STREAM; }
static inline ssize_t mhd_end_with_error(void) { return MHD_CONTENT_READER_END_WITH_ERROR; }
