/* See subject.h. */
#include "mime/subject.h"

/* Of answers first, then of forwards; lower case where it is ASCII. */
static const char *const prefixes[] = {
        /* clang-format off */
	"re", "aw", "antw", "antwort", "sv", "vs", "vast", "odp", "odpoved", "res", "resp", "rif", "r", "ref", "ynt", "yan",
	"rép", "rép.", "rép ", "réf", "svar", "vá", "vá.", "vál", "atb", "ats", "na", "hà", "απ", "σχετ", "ответ", "Ответ", "отв", "Отв", "НА", "на", "На", "відп", "Відп", "отг", "Отг", "Απ", "ΑΠ", "Σχετ", "ΣΧΕΤ", "RÉP", "RÉF", "VÁ", "VÁL", "HÀ", "RĂSP",
	"回复", "回覆", "答复", "返信", "답장", "回信", "תגובה", "השב", "رد", "bls", "balas", "ตอบ", "ตอบกลับ", "tl", "câm", "răsp",
	"fwd", "fw", "wg", "tr", "rv", "enc", "i", "vb", "doorst", "vl", "videresendt", "vidaresänt", "továbbítás", "pd", "redir", "πρθ", "переслано", "Переслано", "Πρθ", "ΠΡΘ", "TOVÁBBÍTÁS", "İLT", "İlt", "转发", "轉寄", "転送", "전달", "הועבר", "إعادة توجيه", "trs", "i̇let", "ilt", "fs", "prn"
        /* clang-format on */
};

#define PREFIX_MAX 40 /* bytes before the colon */

static bool is_prefix(struct str word)
{
	/* "Re[2]", "Re(3)" */
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] == '[' || word.p[i] == '(') {
			if (i == 0 || i + 2 >= word.n || !is_digit(word.p[i + 1]))
				return false;
			word = str_slice(word, 0, i);
			break;
		}
	word = str_trim(word);
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (str_eq_nocase(word, str_of(prefixes[i])))
			return true;
	return false;
}

/* Behind the colon, ASCII or full-width (U+FF1A); -1 where there is none near the start. */
static ptrdiff_t behind_colon(struct str s, size_t *ret_word_n)
{
	for (size_t i = 0; i < MIN(s.n, (size_t)PREFIX_MAX); i++) {
		if (s.p[i] == ':') {
			*ret_word_n = i;
			return (ptrdiff_t)i + 1;
		}
		if (str_starts(str_slice(s, i, s.n), STR("\xef\xbc\x9a"))) {
			*ret_word_n = i;
			return (ptrdiff_t)i + 3;
		}
	}
	return -1;
}

/* "[list] Re: x": a list's tag stands before the prefix; without a prefix behind it, it belongs to the topic. */
static struct str behind_tag(struct str s)
{
	ptrdiff_t end = s.n && s.p[0] == '[' ? str_find_char(str_slice(s, 0, 60), ']') : -1;

	return end < 0 ? s : str_trim(str_slice(s, (size_t)end + 1, s.n));
}

struct str subject_topic(struct str subject, bool *ret_is_answer)
{
	bool is_answer = false;

	subject = str_trim(subject);
	for (int i = 0; i < 10; i++) {
		size_t word_n = 0;
		struct str behind = behind_tag(subject);
		ptrdiff_t at = behind_colon(behind, &word_n);

		if (at < 0 || !is_prefix(str_slice(behind, 0, word_n)))
			break;
		subject = str_trim(str_slice(behind, (size_t)at, behind.n));
		is_answer = true;
	}
	if (ret_is_answer)
		*ret_is_answer = is_answer;
	return subject;
}
