/* See auto_subject.h. */
#include "mime/auto_subject.h"

#include <unicase.h>
#include <unistr.h>

#define SUBJECT_MAX 200

/* Lower case. Within a list the order doesn't matter. */
/* clang-format off */
static const char *const replies[] = {
	/* en */ "automatic reply", "auto reply", "auto-reply", "autoreply", "auto:", "auto response", "auto-response", "autoresponse", "autoresponder", "automated reply",
	         "automated response", "automatic response", "[auto-reply]", "[auto reply]", "[autoreply]", "(auto reply)", "(autoreply)", "automatic answer", "this is an automatic reply",
	/* de */ "automatische antwort", "autom. antwort", "autoantwort", "automatisches antworten", "automatische rückantwort", "automatische eingangsbestätigung", "automatische empfangsbestätigung",
	/* fr */ "réponse automatique", "reponse automatique", "accusé de réception automatique",
	/* es, ca, gl, eu */ "respuesta automática", "respuesta automatica", "autorrespuesta", "contestación automática", "resposta automàtica", "resposta automática", "erantzun automatikoa",
	/* it, pt, ro */ "risposta automatica", "risposta automatizzata", "resposta automatica", "răspuns automat", "raspuns automat",
	/* nl, af */ "automatisch antwoord", "automatische reactie", "automatisch bericht", "outomatiese antwoord",
	/* sv, da, nb, is, fi */ "autosvar", "automatiskt svar", "automatisk svar", "sjálfvirkt svar", "automaattinen vastaus",
	/* et, lv, lt */ "automaatvastus", "automaatne vastus", "automātiska atbilde", "automātiskā atbilde", "automatinis atsakymas",
	/* pl, cs, sk */ "automatyczna odpowiedź", "odpowiedź automatyczna", "autoodpowiedź", "automatická odpověď", "automatická odpoveď", "automaticka odpoved",
	/* sl, hr, bs, sr, mk */ "samodejni odgovor", "automatski odgovor", "аутоматски одговор", "автоматски одговор",
	/* hu, sq, el, tr */ "automatikus válasz", "përgjigje automatike", "αυτόματη απάντηση", "otomatik yanıt", "otomatik cevap",
	/* bg, ru, uk, be, kk */ "автоматичен отговор", "автоматический ответ", "автоматическое уведомление", "автоответ", "автоматична відповідь", "автовідповідь", "аўтаматычны адказ", "автоматты жауап",
	/* he, ar, fa, ur */ "תשובה אוטומטית", "מענה אוטומטי", "رد تلقائي", "الرد التلقائي", "پاسخ خودکار", "خودکار جواب",
	/* ja, zh, ko */ "自動応答", "自動返信", "[自動返信]", "【自動返信】", "【自動応答】", "自动回复", "自動回覆", "自动答复", "自动应答", "자동 회신", "자동 응답", "자동회신", "[자동회신]",
	/* th, vi, id, ms, hi */ "ตอบกลับอัตโนมัติ", "การตอบกลับอัตโนมัติ", "trả lời tự động", "thư trả lời tự động", "balasan otomatis", "jawaban otomatis", "balasan automatik", "स्वचालित उत्तर", "स्वतः उत्तर",
};

static const char *const away[] = {
	/* en */ "out of office", "out of the office", "out-of-office", "out-of-the-office", "ooo:", "[ooo]", "i am out of", "i'm out of", "i am away", "i am currently out", "away from the office", "away from my", "away message",
	         "on annual leave", "on vacation", "on holiday", "holiday reply", "vacation reply", "vacation message", "vacation response", "absence notice", "currently out of", "on leave until",
	/* de */ "abwesenheitsnotiz", "abwesenheitsnachricht", "abwesenheitsmeldung", "abwesenheitsbenachrichtigung", "abwesenheitsassistent", "automatische abwesenheit", "ich bin abwesend", "ich bin nicht im", "ich bin im urlaub", "nicht im büro", "außer haus", "bin nicht im haus",
	/* fr */ "absence du bureau", "absent du bureau", "réponse automatique d'absence", "je suis absent", "message d'absence", "notification d'absence", "je suis en congé", "en congé jusqu", "hors du bureau", "absent(e) du bureau",
	/* es, ca, gl */ "fuera de la oficina", "fuera de oficina", "ausente de la oficina", "no estoy en la oficina", "estoy de vacaciones", "estoy fuera", "mensaje de ausencia", "fora de l'oficina", "fóra da oficina",
	/* it, pt, ro */ "fuori sede", "fuori ufficio", "assente dall'ufficio", "sono in ferie", "sono assente", "fora do escritório", "fora do escritorio", "ausente do escritório", "estou de férias", "em férias até", "în afara biroului", "in afara biroului", "sunt în concediu", "în concediu", "plecat din birou",
	/* nl, af */ "niet aanwezig", "afwezigheidsbericht", "afwezigheidsassistent", "niet op kantoor", "buiten kantoor", "ik ben afwezig", "uit die kantoor",
	/* sv, da, nb, is */ "ej på kontoret", "inte på kontoret", "frånvaromeddelande", "ikke på kontoret", "ikke til stede", "fraværsmeddelelse", "fraværsmelding", "ute av kontoret", "borte fra kontoret", "utenfor kontoret", "ekki á skrifstofu", "er í fríi",
	/* fi, et, lv, lt */ "poissaoloviesti", "en ole paikalla", "olen lomalla", "poissa toimistosta", "kontorist väljas", "ei ole kontoris", "olen puhkusel", "ārpus biroja", "neesmu birojā", "ne biure", "nesu biure",
	/* pl, cs, sk */ "poza biurem", "jestem poza", "nieobecność w biurze", "jestem na urlopie", "mimo kancelář", "mimo kanceláře", "nejsem v kanceláři", "jsem mimo", "mimo kancelárie", "mimo kanceláriu", "nie som v kancelárii",
	/* sl, hr, bs, sr, mk */ "izven pisarne", "nisem v pisarni", "odsotnost z dela", "izvan ureda", "nisam u uredu", "van kancelarije", "ван канцеларије", "нисам у канцеларији", "надвор од канцеларија",
	/* hu, sq, el, tr */ "házon kívül", "távolléti", "nem vagyok az irodában", "szabadságon vagyok", "jashtë zyrës", "εκτός γραφείου", "απουσία από το γραφείο", "ofis dışında", "ofiste değil", "ofis dışı", "yıllık izinde",
	/* bg, ru, uk, be */ "извън офиса", "не съм в офиса", "вне офиса", "не в офисе", "нет на месте", "нет в офисе", "нахожусь в отпуске", "отсутствую на", "поза офісом", "немає в офісі", "перебуваю у відпустці", "па-за офісам",
	/* he, ar, fa */ "מחוץ למשרד", "לא במשרד", "خارج المكتب", "خارج مكتبي", "خارج از دفتر",
	/* ja, zh, ko */ "不在通知", "不在のお知らせ", "外出中", "休暇中", "【不在】", "不在办公室", "不在辦公室", "我不在", "外出自动", "休假中", "부재중", "사무실에 없", "휴가중", "휴가 중",
	/* th, vi, id, ms, hi */ "ไม่อยู่ที่สำนักงาน", "ไม่อยู่ในสำนักงาน", "vắng mặt tại", "ngoài văn phòng", "không có mặt tại", "di luar kantor", "sedang cuti", "di luar pejabat", "कार्यालय से बाहर",
};

/* Words of everyday: they count only where nothing, or a colon, a dash or a bracket follows. */
static const char *const away_words[] = {
	"away", "vacation", "on leave", "holiday", "absence", "absent", "ooo", "abwesend", "abwesenheit", "urlaub", "congé", "congés", "en congé", "vacances", "ausente", "ausencia", "vacaciones", "assenza", "assente", "ferie", "ausência", "férias", "concediu", "absenţă", "absență",
	"afwezig", "afwezigheid", "vakantie", "frånvaro", "frånvarande", "semester", "fravær", "fraværende", "poissa", "poissaolo", "lomalla", "puhkus", "puhkusel", "prombūtne", "prombūtnē", "atvaļinājums", "atostogos", "atostogose", "nieobecność", "nieobecny", "nieobecna", "urlop", "nepřítomnost", "dovolená", "neprítomnosť", "dovolenka", "odsoten",
	"odsotna", "odsutan", "odsutna", "odsutnost", "одсутан", "godišnji odmor", "távollét", "szabadság", "απουσία", "άδεια", "izinde", "izindeyim", "отсъствие", "отпуск", "отсутствие", "відсутність", "відпустка", "不在", "休暇", "外出", "休假", "휴가",
};

static const char *const bounces[] = {
	"undelivered mail", "undeliverable", "undelivered", "delivery status notification", "mail delivery fail", "mail delivery system", "delivery failure", "delivery failed", "delivery has failed", "failure notice", "failure delivery", "returned mail", "mail could not be delivered", "delivery notification",
	"message delivery fail", "non-deliverable", "non deliverable", "nondeliverable", "warning: could not send", "warning: message", "mail system error", "delivery report", "delivery error", "delivery delay", "delayed mail", "mail failure", "error sending", "message could not be delivered", "permanent delivery failure",
	"there was an error sending", "メールエラー", "non-delivery", "nondelivery", "could not deliver", "rejected:",
	"unzustellbar", "nicht zustellbar", "zustellung fehlgeschlagen", "fehler bei der zustellung", "non remis", "échec de la remise", "no se puede entregar", "non recapitabile", "onbestelbaar", "não é possível entregar", "olevererbart", "kan ikke leveres", "недоставленное", "配信不能", "配信できません", "배달되지 않음", "传递失败", "無法傳遞",
};
/* clang-format on */

/* ASCII without libunistring: nearly all subjects are. */
static struct str fold(struct arena *arena, struct str s)
{
	struct str copy = arena_str(arena, s);
	size_t n = 0;
	uint8_t *lower;

	if (str_is_ascii(s)) {
		for (size_t i = 0; i < copy.n; i++)
			((char *)(uintptr_t)copy.p)[i] = ascii_lower(copy.p[i]);
		return copy;
	}
	lower = u8_tolower((const uint8_t *)s.p, s.n, NULL, NULL, NULL, &n);
	if (!lower)
		return copy;
	copy = arena_str(arena, str_new(lower, n));
	free(lower);
	return copy;
}

/* The first byte tells of most phrases that they aren't it. */
static bool begins(struct str subject, const char *phrase)
{
	return subject.n && subject.p[0] == phrase[0] && str_starts(subject, str_of(phrase));
}

static const char *find_start(struct str subject, const char *const *starts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (begins(subject, starts[i]))
			return starts[i];
	return NULL;
}

/* "Vacation", "Vacation: Re: x", "Urlaub (war: x)", "Ferie - x"; not "Vacation photos". */
static bool stands_alone(struct str subject)
{
	for (size_t i = 0; i < ARRAY_LEN(away_words); i++) {
		struct str rest;

		if (!begins(subject, away_words[i]))
			continue;
		rest = str_trim(str_slice(subject, strlen(away_words[i]), subject.n));
		if (!rest.n || strchr(":-(/.!", rest.p[0]) || str_starts(rest, STR("\xe2\x80\x93")) ||
		    str_starts(rest, STR("\xef\xbc\x9a")))
			return true;
	}
	return false;
}

/* At most SUBJECT_MAX bytes, whole characters. */
static struct str cut(struct str s)
{
	size_t n = MIN(s.n, (size_t)SUBJECT_MAX);

	while (n && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return str_slice(s, 0, n);
}

enum auto_subject auto_subject_of(struct arena *arena, struct str subject)
{
	struct str folded = fold(arena, cut(str_trim(subject)));

	if (find_start(folded, replies, ARRAY_LEN(replies)))
		return AUTO_SUBJECT_REPLY;
	if (find_start(folded, away, ARRAY_LEN(away)))
		return AUTO_SUBJECT_AWAY;
	if (find_start(folded, bounces, ARRAY_LEN(bounces)))
		return AUTO_SUBJECT_BOUNCE;
	return stands_alone(folded) ? AUTO_SUBJECT_AWAY_WORD : AUTO_SUBJECT_NONE;
}
