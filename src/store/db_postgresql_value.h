/* PostgreSQL's binary form of values, as far as db.h has them. */
#ifndef STORE_DB_POSTGRESQL_VALUE_H
#define STORE_DB_POSTGRESQL_VALUE_H

#include "store/db.h"

#include <libpq-fe.h>

#define MOST_VALUES 64

/* A statement's values as libpq takes them; points into `values`. */
struct wire_values {
	size_t n;
	int64_t numbers[MOST_VALUES]; /* in network order */
	const char *p[MOST_VALUES];
	int length[MOST_VALUES], format[MOST_VALUES];
};

/* The type to prepare for; 0 (PostgreSQL finds out) for NULL. */
Oid wire_type(const struct db_value *value);

/* E_LIMIT where there are too many or one is too long for the protocol. */
int wire_values_set(struct wire_values *wire, const struct db_value *values, size_t n, struct error *err) NODISCARD;

/* A column of a result in binary form. A column of another kind is a programmer's mistake. */
int64_t wire_read_int(const PGresult *result, int row, int column);
struct str wire_read_str(const PGresult *result, int row, int column);

#endif
