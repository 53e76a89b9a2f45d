/* mime: subjects that machines write, language by language. */
#include "mime/auto_subject.h"

#include "base/test.h"

/* clang-format off */
static const struct {
	const char *subject;
	enum auto_subject kind;
} table[] = {
	{"Automatic reply: Your order", AUTO_SUBJECT_REPLY}, {"Out of Office: Your order", AUTO_SUBJECT_AWAY},
	{"Automatische Antwort: Ihre Bestellung", AUTO_SUBJECT_REPLY}, {"Abwesenheitsnotiz: Ihre Bestellung", AUTO_SUBJECT_AWAY},
	{"R\u00c9PONSE AUTOMATIQUE : Commande", AUTO_SUBJECT_REPLY}, {"Absence du bureau : Commande", AUTO_SUBJECT_AWAY},
	{"Respuesta autom\u00e1tica: Pedido", AUTO_SUBJECT_REPLY}, {"Fuera de la oficina: Pedido", AUTO_SUBJECT_AWAY},
	{"Risposta automatica: Ordine", AUTO_SUBJECT_REPLY}, {"Fuori sede: Ordine", AUTO_SUBJECT_AWAY},
	{"Resposta autom\u00e1tica: Pedido", AUTO_SUBJECT_REPLY}, {"Fora do escrit\u00f3rio: Pedido", AUTO_SUBJECT_AWAY},
	{"Automatisch antwoord: Bestelling", AUTO_SUBJECT_REPLY}, {"Niet op kantoor: Bestelling", AUTO_SUBJECT_AWAY},
	{"Automatiskt svar: Best\u00e4llning", AUTO_SUBJECT_REPLY}, {"Ej p\u00e5 kontoret: Best\u00e4llning", AUTO_SUBJECT_AWAY},
	{"Automatisk svar: Bestilling", AUTO_SUBJECT_REPLY}, {"Ikke p\u00e5 kontoret: Bestilling", AUTO_SUBJECT_AWAY},
	{"Autosvar: Bestilling", AUTO_SUBJECT_REPLY}, {"Ute av kontoret: Bestilling", AUTO_SUBJECT_AWAY},
	{"Automaattinen vastaus: Tilaus", AUTO_SUBJECT_REPLY}, {"Poissaoloviesti: Tilaus", AUTO_SUBJECT_AWAY},
	{"Sj\u00e1lfvirkt svar: P\u00f6ntun", AUTO_SUBJECT_REPLY}, {"Automaatvastus: Tellimus", AUTO_SUBJECT_REPLY},
	{"Autom\u0101tisk\u0101 atbilde: Pas\u016bt\u012bjums", AUTO_SUBJECT_REPLY}, {"Automatinis atsakymas: U\u017esakymas", AUTO_SUBJECT_REPLY},
	{"Odpowied\u017a automatyczna: Zam\u00f3wienie", AUTO_SUBJECT_REPLY}, {"Poza biurem: Zam\u00f3wienie", AUTO_SUBJECT_AWAY},
	{"Automatick\u00e1 odpov\u011b\u010f: Objedn\u00e1vka", AUTO_SUBJECT_REPLY}, {"Mimo kancel\u00e1\u0159: Objedn\u00e1vka", AUTO_SUBJECT_AWAY},
	{"Automatick\u00e1 odpove\u010f: Objedn\u00e1vka", AUTO_SUBJECT_REPLY}, {"Samodejni odgovor: Naro\u010dilo", AUTO_SUBJECT_REPLY},
	{"Automatski odgovor: Narud\u017eba", AUTO_SUBJECT_REPLY}, {"\u0410\u0443\u0442\u043e\u043c\u0430\u0442\u0441\u043a\u0438 \u043e\u0434\u0433\u043e\u0432\u043e\u0440: x", AUTO_SUBJECT_REPLY},
	{"Automatikus v\u00e1lasz: Rendel\u00e9s", AUTO_SUBJECT_REPLY}, {"H\u00e1zon k\u00edv\u00fcl: Rendel\u00e9s", AUTO_SUBJECT_AWAY},
	{"R\u0103spuns automat: Comand\u0103", AUTO_SUBJECT_REPLY}, {"\u00cen afara biroului: Comand\u0103", AUTO_SUBJECT_AWAY},
	{"\u0410\u0412\u0422\u041e\u041c\u0410\u0422\u0418\u0427\u0415\u0421\u041a\u0418\u0419 \u041e\u0422\u0412\u0415\u0422: x", AUTO_SUBJECT_REPLY}, {"\u0412\u043d\u0435 \u043e\u0444\u0438\u0441\u0430: x", AUTO_SUBJECT_AWAY},
	{"\u0410\u0432\u0442\u043e\u043c\u0430\u0442\u0438\u0447\u043d\u0430 \u0432\u0456\u0434\u043f\u043e\u0432\u0456\u0434\u044c: x", AUTO_SUBJECT_REPLY}, {"\u0410\u0432\u0442\u043e\u043c\u0430\u0442\u0438\u0447\u0435\u043d \u043e\u0442\u0433\u043e\u0432\u043e\u0440: x", AUTO_SUBJECT_REPLY},
	{"\u0391\u03c5\u03c4\u03cc\u03bc\u03b1\u03c4\u03b7 \u03b1\u03c0\u03ac\u03bd\u03c4\u03b7\u03c3\u03b7: x", AUTO_SUBJECT_REPLY}, {"\u0395\u03ba\u03c4\u03cc\u03c2 \u03b3\u03c1\u03b1\u03c6\u03b5\u03af\u03bf\u03c5: x", AUTO_SUBJECT_AWAY},
	{"Otomatik Yan\u0131t: x", AUTO_SUBJECT_REPLY}, {"Ofis d\u0131\u015f\u0131nda: x", AUTO_SUBJECT_AWAY},
	{"\u05ea\u05e9\u05d5\u05d1\u05d4 \u05d0\u05d5\u05d8\u05d5\u05de\u05d8\u05d9\u05ea: x", AUTO_SUBJECT_REPLY}, {"\u0631\u062f \u062a\u0644\u0642\u0627\u0626\u064a: x", AUTO_SUBJECT_REPLY},
	{"\u81ea\u52d5\u5fdc\u7b54: x", AUTO_SUBJECT_REPLY}, {"\u4e0d\u5728\u901a\u77e5: x", AUTO_SUBJECT_AWAY}, {"\u81ea\u52a8\u56de\u590d: x", AUTO_SUBJECT_REPLY}, {"\uc790\ub3d9 \ud68c\uc2e0: x", AUTO_SUBJECT_REPLY},
	{"Tr\u1ea3 l\u1eddi t\u1ef1 \u0111\u1ed9ng: x", AUTO_SUBJECT_REPLY}, {"Balasan otomatis: x", AUTO_SUBJECT_REPLY}, {"\u0e15\u0e2d\u0e1a\u0e01\u0e25\u0e31\u0e1a\u0e2d\u0e31\u0e15\u0e42\u0e19\u0e21\u0e31\u0e15\u0e34: x", AUTO_SUBJECT_REPLY},
	{"Vacation: Re: Your order", AUTO_SUBJECT_AWAY_WORD}, {"Urlaub (war: Ihre Bestellung)", AUTO_SUBJECT_AWAY_WORD}, {"Absent", AUTO_SUBJECT_AWAY_WORD}, {"\u041e\u0442\u043f\u0443\u0441\u043a: x", AUTO_SUBJECT_AWAY_WORD},
	{"Undelivered Mail Returned to Sender", AUTO_SUBJECT_BOUNCE}, {"Unzustellbar: x", AUTO_SUBJECT_BOUNCE},
	/* people */
	{"Vacation photos", AUTO_SUBJECT_NONE}, {"Urlaub im Mai, eine Frage", AUTO_SUBJECT_NONE}, {"Absenteeism in March", AUTO_SUBJECT_NONE}, {"Awaydays", AUTO_SUBJECT_NONE},
	{"Question about automatic replies", AUTO_SUBJECT_NONE}, {"Re: Automatic reply: Your order", AUTO_SUBJECT_NONE}, {"", AUTO_SUBJECT_NONE}, {"Ferienwohnung", AUTO_SUBJECT_NONE},
};
/* clang-format on */

static void machines_are_known_by_their_subjects(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		enum auto_subject kind = auto_subject_of(arena, str_of(table[i].subject));

		if (kind != table[i].kind)
			print_error("%s: %d\n", table[i].subject, kind);
		assert_int_equal(kind, table[i].kind);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(machines_are_known_by_their_subjects)};

	return cmocka_run_group_tests_name("mime/auto_subject", tests, NULL, NULL);
}
