/* See block.h. */
#include "setup/block.h"

#include "setup/check.h"

static const char *const kind_words[] = {"address", "part", "domain", NULL};
static const char *const action_words[] = {"no-answer", "ignore", "cancel", NULL};

/* clang-format off */
static const struct field block_fields[] = {
	FIELD_ID(struct block, id, "Block ID"),
	FIELD_BOOL(struct block, enabled, "Enabled", .preset = true),
	FIELD_ENUM(struct block, kind, kind_words, "Kind",
		   .help = "What the value is: a whole address, a word of the part before the @, or a domain with those below it"),
	FIELD_TEXT(struct block, value, "Value", .required = true, .max = 254),
	FIELD_ENUM(struct block, action, action_words, "Action",
		   .help = "No automatic answer; or the mail is ignored (discarded); or it becomes a cancelled case"),
	FIELD_TEXT(struct block, note, "Note", .max = 500),
};
/* clang-format on */

static int check_block(const void *record, struct error *err)
{
	const struct block *block = record;
	struct str value = str_of(block->value);
	const char *wrong = NULL;

	switch ((enum block_kind)block->kind) {
	case BLOCK_ADDRESS:
		wrong = check_address(block->value);
		break;
	case BLOCK_PART:
		if (str_find_char(value, '@') >= 0 || str_find_char(value, ' ') >= 0)
			wrong = "is not a part of what stands before the @ (\"noreply\")";
		break;
	case BLOCK_DOMAIN:
		wrong = check_host(block->value);
		break;
	}
	return wrong ? fail(err, E_INVALID, RETRY_NEVER, "value: \"%.64s\" %s", block->value, wrong) : 0;
}

const struct record_type block_type = RECORD_TYPE(
        "block", "blocks", struct block, block_fields, "Block list entry", .check = check_block,
        .example = "{\"id\": \"flood\", \"kind\": \"domain\", \"value\": \"example.net\", \"action\": \"no-answer\"}");

static bool is_word_char(char c)
{
	return is_alpha(c) || is_digit(c) || (unsigned char)c >= 0x80;
}

static bool has_word(struct str text, struct str word)
{
	for (size_t at = 0; word.n && at + word.n <= text.n; at++)
		if ((at == 0 || !is_word_char(text.p[at - 1])) &&
		    (at + word.n == text.n || !is_word_char(text.p[at + word.n])) &&
		    str_eq_nocase(str_slice(text, at, at + word.n), word))
			return true;
	return false;
}

bool block_fits(enum block_kind kind, struct str value, struct str address)
{
	size_t at = address.n;
	struct str domain;

	if (kind == BLOCK_ADDRESS)
		return str_eq_nocase(address, value);
	while (at > 0 && address.p[at - 1] != '@')
		at--;
	if (at == 0)
		return false;
	if (kind == BLOCK_PART)
		return has_word(str_slice(address, 0, MIN(at - 1, (size_t)256)), value);
	domain = str_slice(address, at, address.n);
	return str_eq_nocase(domain, value) ||
	       (domain.n > value.n && domain.p[domain.n - value.n - 1] == '.' && str_ends_nocase(domain, value));
}
