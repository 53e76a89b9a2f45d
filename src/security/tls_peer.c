/* See tls_peer.h; tls_problem_of() is in tls_fault.c. */
#include "security/tls_peer.h"

#include "security/certificate.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

UNUSED static void general_names_freep(GENERAL_NAMES **names)
{
	GENERAL_NAMES_free(*names);
}

static struct str general_name(struct arena *arena, const GENERAL_NAME *name)
{
	char text[INET6_ADDRSTRLEN] = "";
	struct str copy;
	int n;

	if (name->type == GEN_DNS) {
		copy = arena_str(arena, str_new(ASN1_STRING_get0_data(name->d.dNSName),
		                                (size_t)MIN(ASN1_STRING_length(name->d.dNSName), 255)));
		copy.n = str_make_printable((char *)(uintptr_t)copy.p, copy.n, false);
		return copy;
	}
	if (name->type != GEN_IPADD)
		return STR_NULL;
	n = ASN1_STRING_length(name->d.iPAddress);
	if (n == 4 || n == 16)
		inet_ntop(n == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(name->d.iPAddress), text, sizeof text);
	return arena_str(arena, str_of(text));
}

static void read_names(struct arena *arena, X509 *cert, struct tls_certificate *ret)
{
	GENERAL_NAMES *names CLEANUP(general_names_freep) = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	int total = names ? sk_GENERAL_NAME_num(names) : 0;

	ret->names = ARENA_ARRAY(arena, struct str, TLS_PEER_NAMES_MAX);
	for (int i = 0; i < total && ret->name_count < TLS_PEER_NAMES_MAX; i++) {
		struct str name = general_name(arena, sk_GENERAL_NAME_value(names, i));

		if (name.n)
			ret->names[ret->name_count++] = name;
	}
}

static void read_certificate(struct arena *arena, X509 *cert, struct tls_certificate *ret)
{
	ret->subject = certificate_short_name(arena, X509_get_subject_name(cert));
	ret->issuer = certificate_short_name(arena, X509_get_issuer_name(cert));
	ret->key = certificate_key(arena, X509_get0_pubkey(cert));
	ret->not_before = certificate_time(X509_get0_notBefore(cert));
	ret->not_after = certificate_time(X509_get0_notAfter(cert));
	ret->self_signed = X509_NAME_cmp(X509_get_subject_name(cert), X509_get_issuer_name(cert)) == 0;
	read_names(arena, cert, ret);
}

struct tls_peer tls_peer_of(SSL *ssl, struct arena *arena)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
	int total = chain ? MIN(sk_X509_num(chain), TLS_PEER_CHAIN_MAX) : 0;
	struct tls_peer peer = {
	        .version = arena_str(arena, str_of(SSL_get_version(ssl))),
	        .cipher = arena_str(arena, str_of(SSL_get_cipher_name(ssl))),
	        .chain = ARENA_ARRAY(arena, struct tls_certificate, TLS_PEER_CHAIN_MAX),
	        .verified = SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE,
	};

	for (int i = 0; i < total; i++)
		read_certificate(arena, sk_X509_value(chain, i), &peer.chain[peer.chain_count++]);
	return peer;
}
