/* See date.h. The pieces are recognised by their shape, not by their place. */
#include "date.h"

#include "base/clock.h"
#include "base/cursor.h"

struct date {
	int numbers[3]; /* those that are neither time nor zone, in order */
	int digits[3];
	int count, month, month_at; /* month 1…12; how many numbers stood before its name */
	int hour, minute, second, zone_minutes;
	bool has_time, has_zone;
};

static int month_of(struct str word)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	for (int i = 0; word.n >= 3 && i < 12; i++)
		if (str_eq_nocase(str_slice(word, 0, 3), str_new(names + (size_t)i * 3, 3)))
			return i + 1;
	return 0;
}

static void read_zone_name(struct date *date, struct str word)
{
	static const struct {
		const char *name;
		int minutes;
	} zones[] = {{"UT", 0},     {"UTC", 0},    {"GMT", 0},    {"Z", 0},      {"EST", -300},
	             {"EDT", -240}, {"CST", -360}, {"CDT", -300}, {"MST", -420}, {"MDT", -360},
	             {"PST", -480}, {"PDT", -420}, {"CET", 60},   {"CEST", 120}, {"MET", 60},
	             {"MEST", 120}, {"MSK", 180},  {"BST", 60},   {"JST", 540},  {"IST", 330}};

	for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
		if (!date->has_zone && str_eq_nocase(word, str_of(zones[i].name))) {
			date->zone_minutes = zones[i].minutes;
			date->has_zone = true;
		}
	}
}

static int read_number(struct cursor *c, int *ret_digits)
{
	int value = 0, digits = 0;

	while (digits < 8 && is_digit((char)cursor_peek(c))) {
		value = value * 10 + (cursor_next(c) - '0');
		digits++;
	}
	*ret_digits = digits;
	return value;
}

/* "12:34", "12:34:56.789" */
static void read_time(struct cursor *c, struct date *date, int hour)
{
	int digits;

	date->hour = hour;
	cursor_next(c);
	date->minute = read_number(c, &digits);
	if (cursor_take_char(c, ':') || cursor_take_char(c, '.')) {
		date->second = read_number(c, &digits);
		if (cursor_take_char(c, '.'))
			(void)read_number(c, &digits);
	}
	date->has_time = true;
}

static void read_piece(struct cursor *c, struct date *date)
{
	int first = cursor_peek(c), digits, value;
	size_t start = c->at;

	if (is_digit((char)first)) {
		value = read_number(c, &digits);
		if (cursor_peek(c) == ':' && !date->has_time && digits <= 2) {
			read_time(c, date, value);
		} else if (date->count < 3) {
			date->numbers[date->count] = value;
			date->digits[date->count++] = digits;
		}
	} else if ((first == '+' || first == '-') && date->has_time && !date->has_zone) {
		cursor_next(c);
		value = read_number(c, &digits);
		if (cursor_take_char(c, ':'))
			value = value * 100 + read_number(c, &digits);
		else if (digits <= 2)
			value *= 100;
		date->zone_minutes = (value / 100 * 60 + value % 100) * (first == '-' ? -1 : 1);
		date->has_zone = true;
	} else if (is_alpha((char)first)) {
		while (is_alpha((char)cursor_peek(c)))
			cursor_next(c);
		struct str word = str_new(c->p + start, c->at - start);
		if (!date->month && (date->month = month_of(word)) != 0)
			date->month_at = date->count;
		else if (date->has_time)
			read_zone_name(date, word);
	} else {
		cursor_next(c);
	}
}

static int full_year(int year, int digits)
{
	if (digits <= 2)
		return year < 50 ? 2000 + year : 1900 + year;
	return digits == 3 ? 1900 + year : year;
}

int64_t date_parse(struct str text)
{
	struct cursor c = cursor_of(str_slice(text, 0, 200));
	struct date d = {0};
	int day, year;

	while (!cursor_end(&c) && cursor_peek(&c) != '(')
		read_piece(&c, &d);
	if (d.month && d.count >= 2) {
		day = d.numbers[0];
		year = full_year(d.numbers[1], d.digits[1]);
	} else if (!d.month && d.count == 3 && d.digits[0] == 4) {
		year = d.numbers[0]; /* ISO 8601 */
		d.month = d.numbers[1];
		day = d.numbers[2];
	} else {
		return 0;
	}
	if (day < 1 || day > 31 || d.month < 1 || d.month > 12 || year < 1970 || year > 9999 || d.hour > 24 ||
	    d.minute > 59 || d.second > 60 || d.zone_minutes > 24 * 60 || d.zone_minutes < -24 * 60)
		return 0;
	return clock_from_civil(year, d.month, day, d.hour, d.minute - d.zone_minutes, d.second);
}

int64_t date_of_received(struct str value)
{
	const char *mark = value.n ? memrchr(value.p, ';', value.n) : NULL;

	return mark ? date_parse(str_new(mark + 1, (size_t)(value.p + value.n - mark - 1))) : 0;
}
