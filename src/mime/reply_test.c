/* mime: what the writer of a mail wrote, over clients and languages. */
#include "mime/reply.h"

#include "base/buf.h"
#include "base/clock.h"

#include "base/test.h"

struct reply_case {
	const char *name, *text, *want;
	enum reply_evidence evidence;
};

static void check_text(const struct reply_case *cases, size_t count, bool is_html)
{
	bool all_right = true;

	for (size_t i = 0; i < count; i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct reply r = is_html ? reply_of_html(arena, str_of(cases[i].text))
		                         : reply_of_text(arena, str_of(cases[i].text));

		if (str_eq(r.reply, str_of(cases[i].want)) && r.evidence == cases[i].evidence)
			continue;
		print_error("%s: got (%s) \"" STR_FMT "\"\n", cases[i].name, reply_evidence_word(r.evidence),
		            STR_ARG(r.reply));
		all_right = false;
	}
	assert_true(all_right);
}

/* ---------------------------------------------------------------- attribution lines */

/* Between an answer of two lines and a quote without marks. */
/* clang-format off */
static const char *const attributions[] = {
	"On Tue, Mar 5, 2024 at 9:12 AM Ann Lee <ann@example.com> wrote:",
	"On Tue, Mar 5, 2024 at 9:12 AM Ann Lee <\nann.lee@long.example.com> wrote:",
	"On Tuesday, 5 March 2024 at 09:12, Ann Lee\n<ann@example.com>\nwrote:",
	"On 5 Mar 2024, at 09:12, Ann Lee <ann@example.com> wrote:",
	"On 05/03/2024 09:12, Ann Lee wrote:",
	"On Tue, 5 Mar 2024 09:12:00 +0100\nAnn Lee <ann@example.com> wrote:",
	"Ann Lee <ann@example.com> wrote:",
	"Ann Lee/Sales/Example wrote on 05.03.2024 09:12:13:",
	"-----Ann Lee <ann@example.com> wrote: -----",
	"---- On Tue, 05 Mar 2024 09:12:00 +0100 Ann Lee <ann@example.com> wrote ----",
	"2024-03-05 9:12 GMT+01:00 Ann Lee <ann@example.com>:",
	"05.03.2024, 09:12, \"Ann Lee\" <ann@example.com>:",
	"Tuesday, March 5, 2024 9:12 AM +0300 from Ann Lee <ann@example.com>:",
	"------- On Tuesday, March 5th, 2024 at 9:12 AM, Ann Lee <ann@example.com> wrote:",
	"Am Di., 5. März 2024 um 09:12 Uhr schrieb Ann Lee <ann@example.com>:",
	"Am 05.03.24 um 09:12 schrieb Ann Lee:",
	"Am 05.03.2024 um 09:12 schrieb Ann Lee <ann@example.com>:",
	"Ann Lee <ann@example.com> schrieb am Di., 5. März 2024, 09:12:",
	"Le mar. 5 mars 2024 à 09:12, Ann Lee <ann@example.com> a écrit :",
	"Le 05/03/2024 à 09:12, Ann Lee a écrit\xc2\xa0:",
	"Le mardi 5 mars 2024 \xc3\xa0 09:12:13 UTC+1, Ann Lee <ann@example.com> a e\xcc\x81""crit :",
	"El mar, 5 mar 2024 a las 9:12, Ann Lee (<ann@example.com>) escribió:",
	"El 05/03/2024 a las 9:12, Ann Lee escribió:",
	"Il giorno mar 5 mar 2024 alle ore 09:12 Ann Lee <ann@example.com> ha scritto:",
	"Il 05/03/2024 09:12, Ann Lee ha scritto:",
	"Em ter., 5 de mar. de 2024 às 09:12, Ann Lee <ann@example.com>\nescreveu:",
	"Op di 5 mrt 2024 om 09:12 schreef Ann Lee <ann@example.com>:",
	"Op 5 mrt. 2024, om 09:12 heeft Ann Lee <ann@example.com> het volgende geschreven:",
	"Den tis 5 mars 2024 kl 09:12 skrev Ann Lee <ann@example.com>:",
	"tir. 5. mar. 2024 kl. 09.12 skrev Ann Lee <ann@example.com>:",
	"Den 05.03.2024 09:12, skrev Ann Lee:",
	"ti 5. maalisk. 2024 klo 9.12 Ann Lee (ann@example.com) kirjoitti:",
	"wt., 5 mar 2024 o 09:12 Ann Lee <ann@example.com> napisał(a):",
	"W dniu 5.03.2024 o 09:12, Ann Lee pisze:",
	"út 5. 3. 2024 v 9:12 odesílatel Ann Lee <ann@example.com> napsal:",
	"Dne 05. 03. 24 v 9:12 Ann Lee napsal(a):",
	"ut 5. 3. 2024 o 9:12 Ann Lee <ann@example.com> napísal(a):",
	"Ann Lee <ann@example.com> ezt írta (időpont: 2024. márc. 5., K, 9:12):",
	"2024. 03. 05. 9:12 keltezéssel, Ann Lee írta:",
	"În mar., 5 mar. 2024 la 09:12, Ann Lee <ann@example.com> a scris:",
	"вт, 5 мар. 2024 г. в 09:12, Ann Lee <ann@example.com>:",
	"05.03.2024 09:12, Ann Lee пишет:",
	"вт, 5 бер. 2024 р. о 09:12 Ann Lee <ann@example.com> пише:",
	"На вт, 5.03.2024 г. в 9:12 Ann Lee <ann@example.com> написа:",
	"Στις Τρί 5 Μαρ 2024 στις 9:12 π.μ., ο χρήστης Ann Lee <ann@example.com> έγραψε:",
	"Ann Lee <ann@example.com>, 5 Mar 2024 Sal, 09:12 tarihinde şunu yazdı:",
	"\xe2\x80\xab\xd7\x91\xd7\xaa\xd7\x90\xd7\xa8\xd7\x99\xd7\x9a \xd7\x99\xd7\x95\xd7\x9d \xd7\x92\xd7\xb3, 5 \xd7\x91\xd7\x9e\xd7\xa8\xd7\xa5 2024 \xd7\x91-9:12 \xd7\x9e\xd7\x90\xd7\xaa \xe2\x80\xaa""Ann Lee\xe2\x80\xac\xe2\x80\x8f <\xe2\x80\xaa""ann@example.com\xe2\x80\xac\xe2\x80\x8f>:\xe2\x80\xac",
	"في الثلاثاء، ٥ مارس ٢٠٢٤ في ٩:١٢ ص تمت كتابة ما يلي بواسطة Ann Lee <ann@example.com>:",
	"Vào Th 3, 5 thg 3, 2024 vào lúc 09:12 Ann Lee <ann@example.com> đã viết:",
	"Pada tanggal Sel, 5 Mar 2024 pukul 09.12 Ann Lee <ann@example.com> menulis:",
	"El dt., 5 de març 2024 a les 9:12, Ann Lee <ann@example.com> va escriure:",
	"uto, 5. ožu 2024. u 09:12 Ann Lee <ann@example.com> napisao je:",
	"V V tor., 5. mar. 2024 ob 09:12 je oseba Ann Lee <ann@example.com> napisala:",
	"Kuupäeval T, 5. märts 2024 kell 09:12 kirjutas kasutaja Ann Lee <ann@example.com>:",
	"otrd., 2024. g. 5. marts, plkst. 09:12 — lietotājs Ann Lee (<ann@example.com>) rakstīja:",
	"2024-03-05, an, 09:12 Ann Lee <ann@example.com> rašė:",
	"Þann þri., 5. mar. 2024 kl. 09:12 skrifaði Ann Lee <ann@example.com>:",
	"2024年3月5日(火) 9:12 Ann Lee <ann@example.com>:",
	"在 2024年3月5日，上午9:12，Ann Lee <ann@example.com> 写道：",
	"Ann Lee <ann@example.com> 於 2024年3月5日 週二 上午9:12寫道：",
	"2024년 3월 5일 (화) 오전 9:12, Ann Lee <ann@example.com>님이 작성:",
	"ในวันที่ อ. 5 มี.ค. 2024 เวลา 09:12 Ann Lee <ann@example.com> เขียนว่า:",
};
/* clang-format on */

static void attribution_lines_of_many_languages_end_the_reply(void **state UNUSED)
{
	bool all_right = true;

	for (size_t i = 0; i < ARRAY_LEN(attributions); i++) {
		static const char *const quotes[] = {"\n\nHello Bob,\nhere is the offer.\n",
		                                     "\n> Hello Bob,\n> here is\n", "\n\n> Hello Bob,\n>\n> here is\n"};

		for (size_t k = 0; k < ARRAY_LEN(quotes); k++) {
			struct arena *arena CLEANUP(arena_freep) = arena_new();
			struct str text =
			        arena_printf(arena, "It works.\nSee you.\n\n%s%s", attributions[i], quotes[k]);
			struct reply r = reply_of_text(arena, text);

			if (str_eq(r.reply, STR("It works.\nSee you.")) && r.evidence == REPLY_ATTRIBUTION)
				continue;
			print_error("%s (%zu): got (%s) \"" STR_FMT "\"\n", attributions[i], k,
			            reply_evidence_word(r.evidence), STR_ARG(r.reply));
			all_right = false;
		}
	}
	assert_true(all_right);
}

/* ---------------------------------------------------------------- header blocks */

static void header_blocks_of_many_languages_end_the_reply(void **state UNUSED)
{
	/* clang-format off */
	static const char *const blocks[] = {
		"From: Ann Lee <ann@example.com>\nSent: Tuesday, March 5, 2024 9:12 AM\nTo: Bob\nSubject: Offer",
		"From: Ann Lee\nSent: 05 March 2024 09:12\nTo: Bob; Carl; Dora; Emil; Fritz; Gustav;\nHeinrich; Ida; Julius\nCc: Kaufmann\nSubject: RE: Offer",
		"*From:* Ann Lee [mailto:\nann@example.com]\n*Sent:* Tuesday\n*To:* Bob\n*Subject:* Offer",
		"From: Ann Lee\n\nSent: Tuesday, March 5, 2024 9:12 AM\n\nTo: Bob\n\nSubject: Offer",
		"________________________________\nFrom: Ann Lee <ann@example.com>\nDate: Tuesday, 5 March 2024 at 09:12\nTo: Bob\nSubject: Offer",
		"To: Bob/Example\nFrom: Ann Lee\nDate: 05.03.2024 09:12\nSubject: Offer",
		"Von: Ann Lee <ann@example.com>\nGesendet: Dienstag, 5. März 2024 09:12\nAn: Bob\nBetreff: Angebot",
		"Von: Ann Lee\nDatum: Dienstag, 5. März 2024 um 09:12\nAn: Bob <b@example.org>\nBetreff: Angebot",
		"De : Ann Lee\nEnvoyé : mardi 5 mars 2024 09:12\nÀ : Bob\nObjet : Offre",
		"De: Ann Lee\nEnviado el: martes, 5 de marzo de 2024 9:12\nPara: Bob\nAsunto: Oferta",
		"De: Ann Lee\nEnviada em: terça-feira, 5 de março de 2024 09:12\nPara: Bob\nAssunto: Oferta",
		"Da: Ann Lee\nInviato: martedì 5 marzo 2024 09:12\nA: Bob\nOggetto: Offerta",
		"Van: Ann Lee\nVerzonden: dinsdag 5 maart 2024 09:12\nAan: Bob\nOnderwerp: Offerte",
		"Fra: Ann Lee\nSendt: tirsdag 5. mars 2024 09:12\nTil: Bob\nEmne: Tilbud",
		"Från: Ann Lee\nSkickat: den 5 mars 2024 09:12\nTill: Bob\nÄmne: Offert",
		"Lähettäjä: Ann Lee\nLähetetty: tiistai 5. maaliskuuta 2024 9.12\nVastaanottaja: Bob\nAihe: Tarjous",
		"Od: Ann Lee\nWysłano: wtorek, 5 marca 2024 09:12\nDo: Bob\nTemat: Oferta",
		"Od: Ann Lee\nOdesláno: úterý 5. března 2024 9:12\nKomu: Bob\nPředmět: Nabídka",
		"Feladó: Ann Lee\nElküldve: 2024. március 5., kedd 9:12\nCímzett: Bob\nTárgy: Ajánlat",
		"De la: Ann Lee\nTrimis: marți, 5 martie 2024 09:12\nCătre: Bob\nSubiect: Oferta",
		"От: Ann Lee\nОтправлено: 5 марта 2024 г. 9:12\nКому: Bob\nТема: Предложение",
		"Від: Ann Lee\nНадіслано: 5 березня 2024 р. 9:12\nКому: Bob\nТема: Пропозиція",
		"От: Ann Lee\nИзпратено: вторник, 5 март 2024 г. 09:12\nДо: Bob\nОтносно: Оферта",
		"Από: Ann Lee\nΣτάλθηκε: Τρίτη, 5 Μαρτίου 2024 9:12\nΠρος: Bob\nΘέμα: Προσφορά",
		"Kimden: Ann Lee\nGönderildi: 5 Mart 2024 Salı 09:12\nKime: Bob\nKonu: Teklif",
		"מאת: Ann Lee\nנשלח: יום שלישי 05 מרץ 2024 09:12\nאל: Bob\nנושא: הצעה",
		"من: Ann Lee\nتم الإرسال: 05 مارس 2024 09:12\nإلى: Bob\nالموضوع: عرض",
		"Từ: Ann Lee\nĐã gửi: 5 tháng 3 2024 9:12\nĐến: Bob\nChủ đề: Báo giá",
		"发件人: Ann Lee\n发送时间: 2024年3月5日 9:12\n收件人: Bob\n主题: 报价",
		"寄件者：Ann Lee\n寄件日期：2024年3月5日 上午 09:12\n收件者：Bob\n主旨：報價",
		"差出人: Ann Lee\n送信日時: 2024年3月5日 9:12\n宛先: Bob\n件名: 見積もり",
		"보낸 사람: Ann Lee\n보낸 날짜: 2024년 3월 5일 화요일 오전 9:12\n받는 사람: Bob\n제목: 견적",
		"จาก: Ann Lee\nส่ง: 5 มีนาคม 2567 9:12\nถึง: Bob\nเรื่อง: ใบเสนอราคา",
	};
	/* clang-format on */
	bool all_right = true;

	for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct str text =
		        arena_printf(arena, "It works.\r\n\r\n%s\r\n\r\nHello Bob,\r\nour offer.\r\n", blocks[i]);
		struct reply r = reply_of_text(arena, text);

		if (str_eq(r.reply, STR("It works.")) && r.evidence == REPLY_HEADER_BLOCK)
			continue;
		print_error("%s: got (%s) \"" STR_FMT "\"\n", blocks[i], reply_evidence_word(r.evidence),
		            STR_ARG(r.reply));
		all_right = false;
	}
	assert_true(all_right);
}

/* ---------------------------------------------------------------- other forms, plain text */

/* clang-format off */
static const struct reply_case plain_cases[] = {
	{"nothing quoted", "Hello,\n\nplease call me.\n", "Hello,\n\nplease call me.", REPLY_WHOLE},
	{"empty", "", "", REPLY_WHOLE},
	{"blank lines alone", "\n \n\n", "", REPLY_WHOLE},
	{"original message", "Yes.\n\n-----Original Message-----\nFrom: a@example.com\nHello", "Yes.", REPLY_ORIGINAL_MESSAGE},
	{"original in German", "Ja.\n\n-----Ursprüngliche Nachricht-----\nVon: a@example.com\n\nHallo", "Ja.", REPLY_ORIGINAL_MESSAGE},
	{"original, marked, answer below", "----- Original Message -----\nFrom: a@example.com\nTo: b@example.com\nSubject: Q\n\n> When?\n\nTomorrow.", "Tomorrow.", REPLY_ORIGINAL_MESSAGE},
	{"original in Chinese", "好的。\n\n------------------ 原始邮件 ------------------\n发件人: a\n", "好的。", REPLY_ORIGINAL_MESSAGE},
	{"own line", "Fine.\n\nAm 5.3.2024 um 9:12 schrieb Help <h@example.com>:\n-- Please write your reply above this line --\n\nHello", "Fine.", REPLY_ATTRIBUTION},
	{"own line alone", "Fine.\n\n" REPLY_LINE "\n\nHello Ann", "Fine.", REPLY_OWN_LINE},
	{"own line in German", "Gut.\n\n##- Bitte antworten Sie oberhalb dieser Zeile -##\nHallo", "Gut.", REPLY_OWN_LINE},
	{"speaks of a line", "Please sign above this line and send it back.", "Please sign above this line and send it back.", REPLY_WHOLE},
	{"marks alone", "> When do you come?\nTomorrow.\n", "Tomorrow.", REPLY_QUOTE_MARKS},
	{"interleaved", "On 5 Mar 2024, Ann Lee wrote:\n> When?\n\nTomorrow.\n\n> Where?\n\nHere.", "Tomorrow.\n\nHere.", REPLY_ATTRIBUTION},
	{"interleaved without blank lines", "> When?\nTomorrow.\n> Where?\nHere.", "Tomorrow.\n\nHere.", REPLY_QUOTE_MARKS},
	{"text above, between and below", "Hi Ann,\n\nOn 5 Mar 2024, Ann wrote:\n> a\nb\n> c\n\nBye", "Hi Ann,\n\nb\n\nBye", REPLY_ATTRIBUTION},
	{"quote broken by the client", "Yes.\n\n> This is a line that a client has made too long and then broken off at the\nend of it\n> and on\n", "Yes.", REPLY_QUOTE_MARKS},
	{"bars as marks", "Yes.\n\nOn 5 Mar 2024, Ann wrote:\n| Hello\n| Bob\n", "Yes.", REPLY_ATTRIBUTION},
	{"attribution within marks", "Yes.\n\n> On 5 Mar 2024, at 09:12, Ann <ann@example.com> wrote:\n> \n> Hello", "Yes.", REPLY_QUOTE_MARKS},
	{"decoration", "Look:\n>>> www.example.com <<<\nNice.", "Look:\n>>> www.example.com <<<\nNice.", REPLY_WHOLE},
	{"shares the line", "Fine by me On Tue, Mar 5, 2024 at 9:12 AM, Ann wrote:\n> Hello", "Fine by me", REPLY_ATTRIBUTION},
	{"no blank line above", "We start at 10:30\nOn 5 Mar 2024, at 09:12, Ann <ann@example.com> wrote:\n> Hello", "We start at 10:30", REPLY_ATTRIBUTION},
	{"name alone before marks", "Yes.\n\nAnn Lee wrote:\n> Hello", "Yes.", REPLY_ATTRIBUTION},
	{"CRLF", "Yes.\r\n\r\nOn 5 Mar 2024, Ann wrote:\r\n> Hello\r\n", "Yes.", REPLY_ATTRIBUTION},
	{"begins with On", "On Monday we tried again.\nOn the whole it works.", "On Monday we tried again.\nOn the whole it works.", REPLY_WHOLE},
	{"wrote in a sentence", "As I wrote on 5 March 2024 it is broken.\nPlease help.", "As I wrote on 5 March 2024 it is broken.\nPlease help.", REPLY_WHOLE},
	{"dates and addresses in a sentence", "Please answer by 05.03.2024 09:12 to sales@example.com, thanks:\n\n- price\n- date", "Please answer by 05.03.2024 09:12 to sales@example.com, thanks:\n\n- price\n- date", REPLY_WHOLE},
	{"a journey", "From: Berlin\nTo: Munich\nDate: 5.3.2024\n\nPlease book.", "From: Berlin\nTo: Munich\nDate: 5.3.2024\n\nPlease book.", REPLY_WHOLE},
	{"a web form", "Name: Ann Lee\nFrom: ann@example.com\nSubject: Help\nDate: 5.3.2024\nTo: shop\n\nIt hurts.", "Name: Ann Lee\nFrom: ann@example.com\nSubject: Help\nDate: 5.3.2024\nTo: shop\n\nIt hurts.", REPLY_WHOLE},
	{"question and answer", "Q: how?\nA: so.", "Q: how?\nA: so.", REPLY_WHOLE},
	{"forwarded", "See below.\n\n---------- Forwarded message ---------\nFrom: a@example.com\nDate: 5 Mar 2024\nSubject: x\nTo: b@example.com\n\n> Hello", "See below.\n\n---------- Forwarded message ---------\nFrom: a@example.com\nDate: 5 Mar 2024\nSubject: x\nTo: b@example.com\n\n> Hello", REPLY_FORWARD},
	{"forwarded by Apple Mail", "Begin forwarded message:\n\nFrom: Ann <a@example.com>\nSubject: x\nDate: 5 Mar 2024\nTo: b@example.com\n\nHello", "Begin forwarded message:\n\nFrom: Ann <a@example.com>\nSubject: x\nDate: 5 Mar 2024\nTo: b@example.com\n\nHello", REPLY_FORWARD},
	{"passed on without a word", "From: Ann <a@example.com>\nSent: 5 Mar 2024\nTo: Bob\nSubject: x\n\nHello", "From: Ann <a@example.com>\nSent: 5 Mar 2024\nTo: Bob\nSubject: x\n\nHello", REPLY_FORWARD},
	{"forwarded inside a quote", "Yes.\n\nOn 5 Mar 2024, Ann wrote:\n> ---------- Forwarded message ---------\n> From: c", "Yes.", REPLY_ATTRIBUTION},
	{"signature", "Yes.\n\n-- \nAnn Lee\nSales", "Yes.", REPLY_SIGNATURE},
	{"signature above a quote", "Yes.\n\n-- \nAnn Lee\n\nOn 5 Mar 2024, Bob wrote:\n> Hello\n", "Yes.", REPLY_ATTRIBUTION},
	{"signature without the blank", "Yes.\n--\nAnn Lee", "Yes.", REPLY_SIGNATURE},
	{"a list, not a signature", "Needed:\n-- paper\n-- ink", "Needed:\n-- paper\n-- ink", REPLY_WHOLE},
	{"nothing but a signature", "-- \nAnn Lee", "--\nAnn Lee", REPLY_WHOLE},
	{"card below a rule", "Yes.\n\n-----------\nAnn Lee\nSales\n+49 30 123456", "Yes.", REPLY_SIGNATURE},
	{"rule above the end of the text", "Part one.\n\n---\n\nCall 123456.", "Part one.\n\n---\n\nCall 123456.", REPLY_WHOLE},
	{"list footer", "Yes.\n\n_______________________________________________\nUsers mailing list\nusers@example.com\n", "Yes.", REPLY_SIGNATURE},
	{"closing", "It works.\n\nBest regards,\n\nAnn Lee\nSales", "It works.", REPLY_SIGNATURE},
	{"closing in German", "Es geht.\n\nMit freundlichen Grüßen\nAnn Lee", "Es geht.", REPLY_SIGNATURE},
	{"closing in French", "Cela marche.\n\nCordialement,\nAnn", "Cela marche.", REPLY_SIGNATURE},
	{"closing above a quote", "Ok.\n\nKind regards\nAnn\n\nFrom: Bob <b@example.com>\nSent: 5 Mar 2024\nSubject: x\n\nHello", "Ok.", REPLY_HEADER_BLOCK},
	{"something behind the closing", "Ok.\n\nRegards,\nAnn\n\nPS: when do you open?", "Ok.\n\nRegards,\nAnn\n\nPS: when do you open?", REPLY_WHOLE},
	{"regards in a sentence", "Regards the bill: it is wrong.", "Regards the bill: it is wrong.", REPLY_WHOLE},
	{"thanks stay", "It works.\n\nThanks,\nAnn", "It works.\n\nThanks,\nAnn", REPLY_WHOLE},
	{"iPhone", "Yes.\n\nSent from my iPhone", "Yes.", REPLY_MOBILE_SIGNATURE},
	{"iPhone above a quote", "Yes.\n\nSent from my iPhone\n\n> On 5 Mar 2024, at 09:12, Bob <b@example.com> wrote:\n> \n> Hello", "Yes.", REPLY_QUOTE_MARKS},
	{"iPhone, answer below", "Sent from my iPhone\n\n> On 5 Mar 2024, at 09:12, Bob <b@example.com> wrote:\n> Hello\n\nYes.", "Yes.", REPLY_QUOTE_MARKS},
	{"Android in German", "Ja.\n\nVon meinem Android-Gerät gesendet", "Ja.", REPLY_MOBILE_SIGNATURE},
	{"iPhone in German", "Ja.\n\nVon meinem iPhone gesendet", "Ja.", REPLY_MOBILE_SIGNATURE},
	{"iPhone in French", "Oui.\n\nEnvoyé de mon iPhone", "Oui.", REPLY_MOBILE_SIGNATURE},
	{"iPhone in Spanish", "Sí.\n\nEnviado desde mi iPhone", "Sí.", REPLY_MOBILE_SIGNATURE},
	{"iPhone in Italian", "Sì.\n\nInviato da iPhone", "Sì.", REPLY_MOBILE_SIGNATURE},
	{"iPhone in Dutch", "Ja.\n\nVerstuurd vanaf mijn iPhone", "Ja.", REPLY_MOBILE_SIGNATURE},
	{"iPhone in Russian", "Да.\n\nОтправлено с iPhone", "Да.", REPLY_MOBILE_SIGNATURE},
	{"iPhone in Polish", "Tak.\n\nWysłane z iPhone'a", "Tak.", REPLY_MOBILE_SIGNATURE},
	{"iPhone in Chinese", "好。\n\n发自我的iPhone", "好。", REPLY_MOBILE_SIGNATURE},
	{"iPhone in Japanese", "はい。\n\niPhoneから送信", "はい。", REPLY_MOBILE_SIGNATURE},
	{"iPhone in Turkish", "Evet.\n\niPhone'umdan gönderildi", "Evet.", REPLY_MOBILE_SIGNATURE},
	{"iPhone in Finnish", "Kyllä.\n\nLähetetty iPhonesta", "Kyllä.", REPLY_MOBILE_SIGNATURE},
	{"iPad in Swedish", "Ja.\n\nSkickat från min iPad", "Ja.", REPLY_MOBILE_SIGNATURE},
	{"phone in Portuguese", "Sim.\n\nEnviado do meu telemóvel", "Sim.", REPLY_MOBILE_SIGNATURE},
	{"Mail for Windows", "Yes.\n\nSent from Mail for Windows 10", "Yes.", REPLY_MOBILE_SIGNATURE},
	{"GMX app", "Ja.\n\nDiese Nachricht wurde von meinem Android Mobiltelefon mit GMX Mail gesendet.", "Ja.", REPLY_MOBILE_SIGNATURE},
	{"a list's name between", "Yes.\n\nOn Tue, Mar 5, 2024 at 9:12 AM 'Ann Lee' via Support <s@example.com> wrote:\n\nHi", "Yes.", REPLY_ATTRIBUTION},
	{"GMX header", "Ja.\n\nGesendet: Dienstag, 05. März 2024 um 09:12 Uhr\nVon: \"Ann\" <a@example.com>\nAn: b@example.com\nBetreff: x\n\nHallo", "Ja.", REPLY_HEADER_BLOCK},
	{"T-Online", "Ja.\n\n-----Original-Nachricht-----\nBetreff: x\nDatum: 2024-03-05T09:12:13+0100\nVon: \"Ann\" <a@example.com>\n\nHallo", "Ja.", REPLY_ORIGINAL_MESSAGE},
	{"address alone", "Oui.\n\nLe jeu. 7 sept. 2023 à 10:05, <ann@example.com> a écrit :\n\nBonjour", "Oui.", REPLY_ATTRIBUTION},
	{"Zimbra in French", "Oui.\n\n----- Mail original -----\nDe: \"Ann\" <a@example.com>\nÀ: b@example.com\n\nBonjour", "Oui.", REPLY_ORIGINAL_MESSAGE},
	{"Outlook for iOS", "Yes.\n\nGet Outlook for iOS<https://aka.ms/x>\n________________________________\nFrom: Bob <b@example.com>\nSent: Tuesday\nTo: Ann\nSubject: x\n\nHello", "Yes.", REPLY_HEADER_BLOCK},
	{"Proton", "Yes.\n\nSent with Proton Mail secure email.\n\nOn Tuesday, March 5th, 2024 at 9:12 AM, Bob <b@example.com> wrote:\n\n> Hello", "Yes.", REPLY_ATTRIBUTION},
	{"sent from in a sentence", "The parcel was\nsent from my office on Monday, it should have arrived.", "The parcel was\nsent from my office on Monday, it should have arrived.", REPLY_WHOLE},
	{"rules in the text", "Part one\n----\n\nPart two\n\n====\n\nPart three", "Part one\n----\n\nPart two\n\n====\n\nPart three", REPLY_WHOLE},
};
/* clang-format on */

static void plain_bodies_give_what_was_written(void **state UNUSED)
{
	check_text(plain_cases, ARRAY_LEN(plain_cases), false);
}

/* ---------------------------------------------------------------- HTML */

static void html_of_the_big_clients_gives_what_was_written(void **state UNUSED)
{
	/* clang-format off */
	static const struct reply_case cases[] = {
		{"Gmail", "<div dir=\"ltr\">Yes.</div><br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">On Tue, Mar 5, 2024 at 9:12 AM Ann &lt;<a href=\"mailto:a@example.com\">a@example.com</a>&gt; wrote:<br></div><blockquote class=\"gmail_quote\"><div>Hello</div></blockquote></div>", "Yes.", REPLY_ATTRIBUTION},
		{"Gmail in a language nobody knows", "<div>Yes.</div><div class=\"gmail_quote\">Xo yim Ann qap<br><blockquote class=\"gmail_quote\">Hello</blockquote></div>", "Yes.", REPLY_HTML_QUOTE},
		{"Gmail, answer below", "<div class=\"gmail_quote\">Xo yim Ann qap<br><blockquote>Hello</blockquote></div><div>Yes.</div>", "Yes.", REPLY_HTML_QUOTE},
		{"Outlook desktop", "<div class=WordSection1><p class=MsoNormal>Yes.</p><p>&nbsp;</p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>Xy:</b> Ann<br><b>Xz:</b> Tuesday</p></div></div><p>Hello</p></div>", "Yes.", REPLY_HTML_QUOTE},
		{"Outlook desktop, English", "<p>Yes.</p><div style='border-top:solid #B5C4DF 1.0pt'><p><b>From:</b> Ann<br><b>Sent:</b> Tuesday<br><b>To:</b> Bob<br><b>Subject:</b> x</p></div><p>Hello</p>", "Yes.", REPLY_HEADER_BLOCK},
		{"Outlook web", "<div>Yes.</div><div id=\"appendonsend\"></div><hr style=\"display:inline-block;width:98%\"><div id=\"divRplyFwdMsg\" dir=\"ltr\"><b>Xy:</b> Ann<br></div><div>Hello</div>", "Yes.", REPLY_HTML_QUOTE},
		{"Outlook mobile", "<div>Yes.</div><div id=\"ms-outlook-mobile-signature\">Get <a href=\"https://aka.ms/o\">Outlook for iOS</a></div><hr><div id=\"divRplyFwdMsg\"><b>From:</b> Ann<br><b>Sent:</b> Tuesday<br><b>To:</b> Bob<br><b>Subject:</b> x</div><div>Hello</div>", "Yes.", REPLY_HEADER_BLOCK},
		{"Apple Mail", "<div>Yes.<br><div><br><blockquote type=\"cite\"><div>On 5 Mar 2024, at 09:12, Ann wrote:</div><div>Hello</div></blockquote></div></div>", "Yes.", REPLY_QUOTE_MARKS},
		{"Thunderbird, answer below", "<div class=\"moz-cite-prefix\">Am 05.03.24 um 09:12 schrieb Ann:<br></div><blockquote type=\"cite\" cite=\"mid:x\">Hello</blockquote><p>Yes.</p>", "Yes.", REPLY_ATTRIBUTION},
		{"Yahoo", "<div>Yes.</div><div id=\"yahoo_quoted_1\" class=\"yahoo_quoted\"><div>Xo Ann, 12:30 yap:</div><div>Hello</div></div>", "Yes.", REPLY_HTML_QUOTE},
		{"Hotmail", "<div>Yes.<br><hr id=\"stopSpelling\">Date: Tue, 5 Mar 2024<br>Subject: x<br>From: a@example.com<br>To: b@example.com<br><br>Hello</div>", "Yes.", REPLY_HEADER_BLOCK},
		{"Zimbra", "<div>Yes.<hr id=\"zwchr\"><b>Xy: </b>Ann<br><div>Hello</div></div>", "Yes.", REPLY_HTML_QUOTE},
		{"Proton", "<div>Yes.</div><div class=\"protonmail_signature_block\">Sent with Proton Mail</div><div class=\"protonmail_quote\">Xo Ann<blockquote class=\"protonmail_quote\">Hello</blockquote></div>", "Yes.", REPLY_HTML_QUOTE},
		{"signature element", "<div>Yes.</div><div class=\"gmail_signature\"><div>Ann Lee</div><div>Sales</div></div>", "Yes.", REPLY_SIGNATURE},
		{"nothing quoted", "<p>Hello</p><p>Bob</p>", "Hello\n\nBob", REPLY_WHOLE},
		{"marks as text", "<div>Yes.<br>&gt; Hello<br>&gt; Bob</div>", "Yes.", REPLY_QUOTE_MARKS},
		{"class in a comment", "<p>One</p><!-- <div class=\"gmail_quote\"> --><p>Two</p>", "One\n\nTwo", REPLY_WHOLE},
	};
	/* clang-format on */

	check_text(cases, ARRAY_LEN(cases), true);
}

/* ---------------------------------------------------------------- messages */

static struct reply reply_of_mail(struct arena *arena, const char *raw)
{
	return message_reply(arena, message_parse(arena, str_of(raw), NULL));
}

static void the_subject_tells_a_forwarded_message(void **state UNUSED)
{
	static const char body[] =
	        "\n\nFor you.\n\nVon: Ann <a@example.com>\nGesendet: 5.3.2024\nAn: Bob\nBetreff: x\n\nHallo\n";
	static const char *const forwards[] = {"Fwd: x", "WG: AW: x", "TR : x", "Fw: x"}, *const answers[] = {
	                                                                                          "AW: WG: x", "Re: x",
	                                                                                          "x"};

	for (size_t i = 0; i < ARRAY_LEN(forwards); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct str raw = arena_printf(arena, "Subject: %s%s", forwards[i], body);
		struct reply r = reply_of_mail(arena, raw.p);

		assert_int_equal(r.evidence, REPLY_FORWARD);
		assert_true(str_ends_nocase(r.reply, STR("Hallo")));
	}
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct str raw = arena_printf(arena, "Subject: %s%s", answers[i], body);

		assert_str(reply_of_mail(arena, raw.p).reply, "For you.");
	}
}

static void html_is_read_where_there_is_no_text(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct reply r = reply_of_mail(
	        arena,
	        "Content-Type: text/html\n\n<p>Yes.</p><div class=gmail_quote>Xo<blockquote>Hi</blockquote></div>");

	assert_str(r.reply, "Yes.");
	assert_int_equal(r.evidence, REPLY_HTML_QUOTE);
	assert_true(str_find(r.text, STR("> Hi")) > 0);
	assert_true(r.quote_at < r.text.n && str_starts(str_slice(r.text, r.quote_at, r.text.n), STR("Xo")));
}

static void the_result_says_where_and_why(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct str text = STR("Yes.\n\nOn 5 Mar 2024, Ann wrote:\n> Hello\n\nBye");
	struct reply r = reply_of_text(arena, text);

	assert_int_equal(r.quote_at, 6);
	assert_str(r.evidence_line, "On 5 Mar 2024, Ann wrote:");
	assert_true(r.is_interleaved);
	assert_true(str_eq(r.text, text));
	r = reply_of_text(arena, STR("Yes."));
	assert_int_equal(r.quote_at, 4);
	assert_int_equal(r.evidence_line.n, 0);
	assert_false(r.is_interleaved);
}

/* ---------------------------------------------------------------- limits */

static struct str repeated(struct arena *arena, const char *piece, size_t bytes)
{
	size_t n = strlen(piece), count = bytes / n;
	char *out = arena_bytes(arena, count * n + 1);

	for (size_t i = 0; i < count; i++)
		memcpy(out + i * n, piece, n);
	return str_new(out, count * n);
}

/* Each of these made something be looked at again and again; a second is far above what linear time needs even with a
 * sanitizer, and far below what quadratic time does. */
static void hostile_bodies_take_linear_time(void **state UNUSED)
{
	static const char *const pieces[] = {
	        "\n",
	        "a",
	        "> \n",
	        "On 5 Mar 2024 <\n",
	        "From: a\n",
	        "From: a@b\n\n",
	        "wrote: ",
	        "wrote wrote @ 12:30:\n",
	        "-- \n",
	        "regards\n",
	        "____________________\n",
	        "Sent from my x\n",
	        "<div class=gmail_quote>",
	        "<!--",
	        "<a b='",
	        "<div>\xef\xb7\x90</div>",
	        "On 1.1.2020 <a@b\n\n<",
	        "12.12.",
	        "e\xcc\x81",
	        "-----",
	        "unsubscribe ",
	        "\xe0\xb8\xaa",
	};

	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct str text = repeated(arena, pieces[i], MIB(1));
		int64_t began = clock_mono_ms();

		(void)reply_of_text(arena, text).reply;
		(void)reply_of_html(arena, text).reply;
		if (clock_mono_ms() - began > 20000)
			print_error("%s: too slow\n", pieces[i]);
		assert_true(clock_mono_ms() - began <= 20000);
	}
}

static void lines_behind_the_limit_follow_the_last_one(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct str many = repeated(arena, "line\n", 5 * 60000);
	struct str quoted = arena_printf(arena, "Yes.\n-----Original Message-----\n" STR_FMT "end", STR_ARG(many));
	struct str plain = arena_printf(arena, STR_FMT "end", STR_ARG(many));

	assert_str(reply_of_text(arena, quoted).reply, "Yes.");
	assert_int_equal(reply_of_text(arena, plain).reply.n, plain.n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(attribution_lines_of_many_languages_end_the_reply),
	        cmocka_unit_test(header_blocks_of_many_languages_end_the_reply),
	        cmocka_unit_test(plain_bodies_give_what_was_written),
	        cmocka_unit_test(html_of_the_big_clients_gives_what_was_written),
	        cmocka_unit_test(the_subject_tells_a_forwarded_message),
	        cmocka_unit_test(html_is_read_where_there_is_no_text),
	        cmocka_unit_test(the_result_says_where_and_why),
	        cmocka_unit_test(hostile_bodies_take_linear_time),
	        cmocka_unit_test(lines_behind_the_limit_follow_the_last_one),
	};
	return cmocka_run_group_tests_name("mime/reply", tests, NULL, NULL);
}
