/* See db_postgresql_value.h. */
#include "store/db_postgresql_value.h"

#include <endian.h>

/* From the catalogue pg_type; fixed for good. */
enum {
	OID_BOOL = 16,
	OID_BYTEA = 17,
	OID_NAME = 19,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_TEXT = 25,
	OID_UNKNOWN = 705,
	OID_VARCHAR = 1043,
	OID_NUMERIC = 1700,
	OID_VOID = 2278,
};

#define NUMERIC_NEGATIVE 0x4000

Oid wire_type(const struct db_value *value)
{
	switch (value->type) {
	case DB_TYPE_INT:
		return OID_INT8;
	case DB_TYPE_TEXT:
		return OID_TEXT;
	case DB_TYPE_BLOB:
		return OID_BYTEA;
	case DB_TYPE_NULL:
		break;
	}
	return 0;
}

int wire_values_set(struct wire_values *wire, const struct db_value *values, size_t n, struct error *err)
{
	if (n > MOST_VALUES)
		return fail(err, E_LIMIT, RETRY_NEVER, "a statement takes at most %d values, got %zu", MOST_VALUES, n);
	wire->n = n;
	for (size_t i = 0; i < n; i++) {
		const struct db_value *v = &values[i];

		if (v->s.n > INT32_MAX / 2)
			return fail(err, E_LIMIT, RETRY_NEVER,
			            "value $%zu of %zu bytes is larger than PostgreSQL takes", i + 1, v->s.n);
		wire->format[i] = 1;
		if (v->type == DB_TYPE_INT) {
			wire->numbers[i] = (int64_t)htobe64((uint64_t)v->i);
			wire->p[i] = (const char *)&wire->numbers[i];
			wire->length[i] = sizeof wire->numbers[i];
		} else {
			/* A NULL pointer means NULL to libpq, an empty text has none, too. */
			wire->p[i] = v->type == DB_TYPE_NULL ? NULL : v->s.p ? v->s.p : "";
			wire->length[i] = (int)v->s.n;
		}
	}
	return 0;
}

static int64_t read_be(const unsigned char *p, int bytes)
{
	int64_t value = (signed char)p[0];

	for (int i = 1; i < bytes; i++)
		value = (int64_t)((uint64_t)value << 8 | p[i]);
	return value;
}

/* SUM() of bigint is numeric: digits to the base 10000, the first of which counts 10000^weight. What doesn't fit is cut
 * to the limit. */
static int64_t read_numeric(const unsigned char *p)
{
	int digits = (int)read_be(p, 2), weight = (int)read_be(p + 2, 2), sign = (int)read_be(p + 4, 2);
	int64_t value = 0;

	for (int i = 0; i <= weight; i++) {
		int64_t digit = i < digits ? read_be(p + 8 + 2 * i, 2) : 0;

		if (__builtin_mul_overflow(value, 10000, &value) || __builtin_add_overflow(value, digit, &value))
			return sign == NUMERIC_NEGATIVE ? INT64_MIN : INT64_MAX;
	}
	return sign == NUMERIC_NEGATIVE ? -value : value;
}

int64_t wire_read_int(const PGresult *result, int row, int column)
{
	const unsigned char *p = (const unsigned char *)PQgetvalue(result, row, column);
	int length = PQgetlength(result, row, column);

	if (PQgetisnull(result, row, column))
		return 0;
	switch (PQftype(result, column)) {
	case OID_INT2:
	case OID_INT4:
	case OID_INT8:
		must(length == 2 || length == 4 || length == 8);
		return read_be(p, length);
	case OID_BOOL:
		must(length == 1);
		return p[0] != 0;
	case OID_NUMERIC:
		must(length >= 8 && length >= 8 + 2 * read_be(p, 2));
		return read_numeric(p);
	default:
		must(false && "column is a number");
	}
	return 0;
}

struct str wire_read_str(const PGresult *result, int row, int column)
{
	Oid type = PQftype(result, column);

	must(type == OID_TEXT || type == OID_BYTEA || type == OID_VARCHAR || type == OID_NAME || type == OID_UNKNOWN ||
	     type == OID_VOID);
	if (PQgetisnull(result, row, column))
		return STR_NULL;
	return str_new(PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column));
}
