/* See tls_fault.h and, for tls_error_text() and tls_handshake_failed(), tls.h. */
#include "security/tls_fault.h"

#include "base/buf.h"
#include "base/mem.h"
#include "security/tls_peer.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>

#define MAX_NAMES_SHOWN 3

struct note {
	enum tls_version lowest;
	char host[100];
	char certificate[200]; /* what is wrong with the certificate; "" where nothing is */
	int server_version;    /* the version of its ServerHello; 0 where none came */
	bool asks;             /* for a certificate of ours */
	int verify_fault;      /* the first; 0: none */
	enum tls_problem problem;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int note_index;

static void free_note(void *parent UNUSED, void *note, CRYPTO_EX_DATA *data UNUSED, int index UNUSED, long argl UNUSED,
                      void *argp UNUSED)
{
	free(note);
}

static void reserve_index(void)
{
	note_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, free_note);
	must(note_index >= 0);
}

static struct note *note_of(SSL *ssl)
{
	pthread_once(&once, reserve_index);
	return ssl ? SSL_get_ex_data(ssl, note_index) : NULL;
}

/* ---------------------------------------------------------------- watching */

/* A ServerHello carries the chosen version in its bytes 4 and 5 (RFC 5246 §7.4.1.3). */
static void on_message(int is_write, int version UNUSED, int type, const void *bytes, size_t n, SSL *ssl,
                       void *arg UNUSED)
{
	const unsigned char *p = bytes;
	struct note *note = note_of(ssl);

	if (note && !is_write && type == SSL3_RT_HANDSHAKE && n >= 6 && p[0] == SSL3_MT_SERVER_HELLO)
		note->server_version = p[4] << 8 | p[5];
	if (note && !is_write && type == SSL3_RT_HANDSHAKE && n >= 1 && p[0] == SSL3_MT_CERTIFICATE_REQUEST)
		note->asks = true;
}

void tls_fault_watch(SSL *ssl, enum tls_version lowest, const char *host)
{
	struct note *note = mem_new(1, sizeof *note);

	pthread_once(&once, reserve_index);
	note->lowest = lowest;
	snprintf(note->host, sizeof note->host, "%s", host);
	must(SSL_set_ex_data(ssl, note_index, note) == 1);
	SSL_set_msg_callback(ssl, on_message);
}

void tls_fault_unwatch(SSL *ssl)
{
	SSL_set_msg_callback(ssl, NULL);
	free(note_of(ssl));
	SSL_set_ex_data(ssl, note_index, NULL);
}

/* ---------------------------------------------------------------- the certificate */

static void add_general_name(struct buf *out, const GENERAL_NAME *name)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (name->type == GEN_DNS) {
		buf_add(out,
		        str_new(ASN1_STRING_get0_data(name->d.dNSName), (size_t)ASN1_STRING_length(name->d.dNSName)));
	} else if (name->type == GEN_IPADD) {
		int n = ASN1_STRING_length(name->d.iPAddress);

		if (n == 4 || n == 16)
			inet_ntop(n == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(name->d.iPAddress), text,
			          sizeof text);
		buf_add_cstr(out, text);
	}
}

static void add_alternative_names(struct buf *out, X509 *cert)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	int shown = 0, total = names ? sk_GENERAL_NAME_num(names) : 0;

	for (int i = 0; i < total && shown < MAX_NAMES_SHOWN; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type != GEN_DNS && name->type != GEN_IPADD)
			continue;
		buf_add_cstr(out, shown++ ? ", " : "");
		add_general_name(out, name);
	}
	if (total > shown && shown == MAX_NAMES_SHOWN)
		buf_printf(out, " and %d more", total - shown);
	GENERAL_NAMES_free(names);
}

/* The common name, or the organisation where a CA has none. */
static void name_text(X509_NAME *name, char *ret_text, int size)
{
	if (X509_NAME_get_text_by_NID(name, NID_commonName, ret_text, size) <= 0 &&
	    X509_NAME_get_text_by_NID(name, NID_organizationName, ret_text, size) <= 0)
		snprintf(ret_text, (size_t)size, "without a name");
}

static void describe_mismatch(struct note *note, X509 *cert)
{
	struct buf names CLEANUP(buf_done) = BUF_INIT(120);
	char common[80];

	add_alternative_names(&names, cert);
	if (!names.n) {
		name_text(X509_get_subject_name(cert), common, sizeof common);
		buf_add_cstr(&names, common);
	}
	snprintf(note->certificate, sizeof note->certificate, "certificate is for %s, not %.60s", buf_cstr(&names),
	         note->host);
}

static void describe_date(struct note *note, X509 *cert, int depth, int fault)
{
	bool expired = fault == X509_V_ERR_CERT_HAS_EXPIRED;
	const ASN1_TIME *at = expired ? X509_get0_notAfter(cert) : X509_get0_notBefore(cert);
	char day[16] = "?", issuer[60] = "";
	struct tm tm;

	if (at && ASN1_TIME_to_tm(at, &tm) == 1)
		snprintf(day, sizeof day, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	if (depth > 0)
		name_text(X509_get_subject_name(cert), issuer, sizeof issuer);
	snprintf(note->certificate, sizeof note->certificate, "%scertificate %s%s (%s %s)", depth ? "the CA's " : "",
	         depth ? issuer : "",
	         expired ? (depth ? " has expired" : "has expired")
	                 : (depth ? " is not valid yet" : "is not valid yet"),
	         expired ? "on" : "from", day);
}

static void describe(struct note *note, X509 *cert, int fault, int depth)
{
	char name[60] = "";

	switch (fault) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		if (cert)
			describe_date(note, cert, depth, fault);
		break;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		if (cert)
			describe_mismatch(note, cert);
		break;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		snprintf(note->certificate, sizeof note->certificate,
		         "self-signed certificate: name a truststore or the CA's PEM file");
		break;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		if (cert)
			name_text(X509_get_issuer_name(cert), name, sizeof name);
		snprintf(note->certificate, sizeof note->certificate,
		         "certificate was issued by \"%s\", which is not trusted: name a truststore or the CA's PEM "
		         "file",
		         name);
		break;
	default:
		break;
	}
	if (!*note->certificate)
		snprintf(note->certificate, sizeof note->certificate, "certificate: %s",
		         X509_verify_cert_error_string(fault));
}

int tls_fault_on_verify(int ok, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct note *note = note_of(ssl);

	if (!ok && note && !note->verify_fault)
		note->verify_fault = X509_STORE_CTX_get_error(store);
	if (!ok && note && !*note->certificate)
		describe(note, X509_STORE_CTX_get_current_cert(store), X509_STORE_CTX_get_error(store),
		         X509_STORE_CTX_get_error_depth(store));
	return ok;
}

/* ---------------------------------------------------------------- the texts */

static const char *version_text(int version)
{
	switch (version) {
	case SSL3_VERSION:
		return "SSL 3.0";
	case TLS1_VERSION:
		return "TLS 1.0";
	case TLS1_1_VERSION:
		return "TLS 1.1";
	case TLS1_2_VERSION:
		return "TLS 1.2";
	default:
		return "another version";
	}
}

static const char *lowest_text(const struct note *note)
{
	static const char *const texts[] = {"1.0", "1.1", "1.2", "1.3"};

	return texts[note ? note->lowest : TLS_1_2];
}

static bool is_version_fault(unsigned long fault)
{
	int reason = ERR_GET_REASON(fault);

	return ERR_GET_LIB(fault) == ERR_LIB_SSL &&
	       (reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION);
}

static void ssl_text(const struct note *note, unsigned long fault, char *ret_text, size_t size)
{
	const char *words = ERR_reason_error_string(fault);

	switch (ERR_GET_REASON(fault)) {
	case SSL_R_WRONG_VERSION_NUMBER:
	case SSL_R_PACKET_LENGTH_TOO_LONG:
		snprintf(ret_text, size,
		         "the server doesn't speak TLS on this port (wrong version number): try starttls or another "
		         "port");
		break;
	case SSL_R_UNSUPPORTED_PROTOCOL:
		snprintf(ret_text, size, "the server only offers %s; lowest allowed is %s",
		         version_text(note ? note->server_version : 0), lowest_text(note));
		break;
	case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
		snprintf(ret_text, size, "the server only offers older versions of TLS; lowest allowed is %s",
		         lowest_text(note));
		break;
	case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
		snprintf(ret_text, size, "the server found no cipher or version in common (handshake failure)");
		break;
	case SSL_R_UNEXPECTED_EOF_WHILE_READING:
		snprintf(ret_text, size, "the server closed the connection without a TLS close notice");
		break;
	default:
		snprintf(ret_text, size, "%s", words ? words : "unknown fault");
	}
}

void tls_error_text(SSL *ssl, char *ret_text, size_t size)
{
	const struct note *note = note_of(ssl);
	unsigned long fault = ERR_peek_error();
	const char *words = ERR_reason_error_string(fault);

	if (note && *note->certificate)
		snprintf(ret_text, size, "%s", note->certificate);
	else if (fault && ERR_GET_LIB(fault) == ERR_LIB_SSL)
		ssl_text(note, fault, ret_text, size);
	else
		snprintf(ret_text, size, "%s", words ? words : "unknown fault");
	ERR_clear_error();
}

static enum tls_problem certificate_problem(int fault)
{
	switch (fault) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return TLS_PROBLEM_EXPIRED;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return TLS_PROBLEM_NOT_YET_VALID;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return TLS_PROBLEM_WRONG_NAME;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		return TLS_PROBLEM_SELF_SIGNED;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return TLS_PROBLEM_UNKNOWN_CA;
	default:
		return TLS_PROBLEM_CERTIFICATE;
	}
}

static enum tls_problem find_problem(const struct note *note, unsigned long fault)
{
	if (note->verify_fault)
		return certificate_problem(note->verify_fault);
	if (is_version_fault(fault))
		return TLS_PROBLEM_VERSION;
	switch (ERR_GET_REASON(fault)) {
	case SSL_R_WRONG_VERSION_NUMBER:
	case SSL_R_PACKET_LENGTH_TOO_LONG:
		return TLS_PROBLEM_NOT_TLS;
	case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
	case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
	case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
		return note->asks ? TLS_PROBLEM_CLIENT_CERTIFICATE : TLS_PROBLEM_NOTHING_IN_COMMON;
	case SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY:
	case SSL_R_DH_KEY_TOO_SMALL:
	case SSL_R_WRONG_SIGNATURE_TYPE:
		return TLS_PROBLEM_NOTHING_IN_COMMON;
	default:
		return TLS_PROBLEM_OTHER;
	}
}

enum tls_problem tls_problem_of(SSL *ssl)
{
	const struct note *note = note_of(ssl);

	return note ? note->problem : TLS_PROBLEM_OTHER;
}

int tls_handshake_failed(SSL *ssl, struct error *err)
{
	struct note *note = note_of(ssl);
	bool final = (note && *note->certificate) || is_version_fault(ERR_peek_error());
	char text[200];

	if (note)
		note->problem = find_problem(note, ERR_peek_error());
	tls_error_text(ssl, text, sizeof text);
	return fail(err, E_TLS, final ? RETRY_NEVER : RETRY_LATER, "TLS: %s", text);
}
