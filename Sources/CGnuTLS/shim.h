#pragma once
#include <gnutls/gnutls.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>

// libmicrohttpd wants a certificate or a source of one at the start; each session gets its own credentials instead.
static inline int gnutls_no_certificate(gnutls_session_t session, const gnutls_datum_t *authorities,
                                        int authority_count, const gnutls_pk_algorithm_t *algorithms,
                                        int algorithm_count, gnutls_pcert_st **certificates,
                                        unsigned int *certificate_count, gnutls_privkey_t *key) {
  (void)session, (void)authorities, (void)authority_count, (void)algorithms, (void)algorithm_count;
  (void)certificates, (void)certificate_count, (void)key;
  return GNUTLS_E_NO_CERTIFICATE_FOUND;
}
static inline void *gnutls_no_certificate_source(void) { return (void *)gnutls_no_certificate; }
