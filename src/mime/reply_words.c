/* See reply_parts.h: the words of many languages by which mail clients announce a quote. All in folded form. */
#include "reply_parts.h"

/* ---------------------------------------------------------------- matching words */

static bool is_word_byte(char c)
{
	return is_alpha(c) || is_digit(c) || (unsigned char)c >= 0x80;
}

/* Scripts without blanks between words: Thai, kana, Chinese, Korean particles. */
static bool is_unspaced(const char *p)
{
	unsigned char c = (unsigned char)p[0];

	return c >= 0xe3 ? c <= 0xed : c == 0xe0 && ((unsigned char)p[1] & 0xfe) == 0xb8;
}

/* Length of the longest entry that stands at `at` as words of their own; 0 where none does. */
static size_t entry_at(const char *const *table, size_t count, struct str s, size_t at)
{
	size_t longest = 0;

	for (size_t i = 0; i < count; i++) {
		struct str word;

		if (table[i][0] != s.p[at])
			continue;
		word = str_of(table[i]);
		if (word.n > longest && str_starts(str_slice(s, at, s.n), word) &&
		    (at + word.n >= s.n || !is_word_byte(s.p[at + word.n]) || is_unspaced(word.p) ||
		     is_unspaced(s.p + at + word.n)))
			longest = word.n;
	}
	return longest;
}

static bool starts_word(struct str s, size_t at)
{
	return at == 0 || !is_word_byte(s.p[at - 1]) || is_unspaced(s.p + at) || (at >= 3 && is_unspaced(s.p + at - 3));
}

/* Where one of the entries stands in `s`, and its end; false where none does. With `from` the search goes on. */
static bool entry_find(const char *const *table, size_t count, struct str s, size_t *from, size_t *ret_end)
{
	for (size_t i = *from; i < s.n; i++) {
		size_t n = starts_word(s, i) ? entry_at(table, count, s, i) : 0;

		if (n) {
			*from = i;
			*ret_end = i + n;
			return true;
		}
	}
	return false;
}

static bool has_entry(const char *const *table, size_t count, struct str s)
{
	size_t at = 0, end;

	return entry_find(table, count, s, &at, &end);
}

/* ---------------------------------------------------------------- "On … wrote:" */

/* clang-format off */
static const char *const verbs[] = {
	"wrote", "writes", "schrieb", "schreibt", "geschrieben", "a écrit", "a ecrit", "écrivait", "ecrivait", "escribió", "escribio", "escribía", "ha scritto", "scriveva", "scrive", "scrisse",
	"escreveu", "schreef", "geschreven", "skrev", "skrifaði", "kirjoitti", "napisał", "napisała", "napisał(a)", "napisal(a)", "pisze", "napsal", "napsala", "napsal(a)", "napísal",
	"napísala", "napísal(a)", "je napisao", "je napisala", "je napisao/la", "je napisala/o", "napisao je", "je napisal", "je napisala", "је написао", "је написала", "написао је",
	"написал", "написала", "написал(а)", "пишет", "пишете", "написа", "пише", "написав", "написала", "напиша", "ezt írta", "írta", "a scris", "scria", "έγραψε", "έγραψεν", "yazdı", "yazdi",
	"şunu yazdı", "şunları yazdı", "tarihinde şöyle yazdı", "כתב", "כתבה", "כתב/ה", "كتب", "كتبت", "نوشت", "نوشته", "đã viết", "viết", "menulis", "escriu", "va escriure", "ha escrit",
	"kirjutas", "rakstīja", "rašė", "escribiu", "idatzi du", "scríobh", "ysgrifennodd", "het geskryf", "shkroi", "ne likha", "ने लिखा", "sumulat", "isinulat ni", "alisema", "napisao", "написао",
	"写道", "寫道", "写到", "來信", "のメール", "のメッセージ", "書きました", "さんは書きました", "님이 작성", "작성", "님이 쓴 글", "เขียนว่า", "เขียน",
};

static const char *const weak_verbs[] = {"sent", "said", "a envoyé", "hat gesendet", "ha inviato", "envió", "enviou"};

static const char *const prefixes[] = {
	"on", "am", "le", "el", "il", "op", "em", "den", "på", "w dniu", "dnia", "dne", "dňa", "dna", "dana", "u", "em", "in data", "il giorno", "la", "pe", "în data de", "στις", "vào", "vào lúc",
	"pada", "בתאריך", "ב", "ביום", "في", "בתאריך:", "في يوم", "в", "на", "у", "dia", "en", "kl", "ons", "an", "at", "vom", "a", "az", "sænt", "þann", "ar", "ddydd", "den:", "datum", "date", "zo",
	"在", "于", "於", "quoting", "zitat von", "citando", "selon", "le:", "в сообщении", "tarihinde", "ngày", "เมื่อ", "el dia", "el día", "noong", "tarehe", "ma", "op:",
};

static const char *const weekdays[] = {
	"mon", "tue", "wed", "thu", "fri", "sat", "sun", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mo", "di", "mi", "do", "fr", "sa", "so", "montag",
	"dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag", "lun", "mar", "mer", "jeu", "ven", "sam", "dim", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi",
	"dimanche", "mié", "jue", "vie", "sáb", "dom", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo", "gio", "sab", "seg", "ter", "qua", "qui", "sex", "ma", "wo", "vr",
	"za", "zo", "man", "tir", "ons", "tor", "fre", "lør", "søn", "mån", "tis", "lör", "sön", "ti", "ke", "to", "pe", "la", "su", "pon", "wt", "śr", "czw", "pt", "sob", "niedz", "po", "út",
	"st", "čt", "pá", "so", "ne", "ut", "št", "pi", "uto", "sri", "čet", "pet", "sub", "ned", "пн", "вт", "ср", "чт", "пт", "сб", "вс", "понедельник", "вторник", "среда", "четверг",
	"пятница", "суббота", "воскресенье", "нд", "пон", "сря", "чет", "пет", "съб", "нед", "hétfő", "kedd", "szerda", "csütörtök", "péntek", "szombat", "vasárnap", "h", "k", "sze", "cs", "p", "szo",
	"v", "mie", "joi", "vin", "sâm", "δευ", "τρί", "τετ", "πέμ", "παρ", "σάβ", "κυρ", "pzt", "sal", "çar", "per", "cum", "cmt", "paz", "e", "k", "n", "r", "l", "pr", "an", "tr", "ket", "pen", "št", "sk",
};
/* clang-format on */

bool reply_has_verb(struct str folded, bool *ret_is_at_end)
{
	size_t at = 0, end = 0;
	bool found = false;

	*ret_is_at_end = false;
	for (; entry_find(verbs, ARRAY_LEN(verbs), folded, &at, &end); at = end) {
		found = true;
		while (end < folded.n && memchr(":-_*()>/.\"' ", folded.p[end], 12))
			end++;
		*ret_is_at_end = end == folded.n;
	}
	return found;
}

bool reply_has_weak_verb_at_end(struct str folded)
{
	size_t at = 0, end = 0;

	for (; entry_find(weak_verbs, ARRAY_LEN(weak_verbs), folded, &at, &end); at = end)
		if (end + 1 >= folded.n)
			return true;
	return false;
}

size_t reply_prefix(struct str folded)
{
	size_t n = folded.n ? entry_at(prefixes, ARRAY_LEN(prefixes), folded, 0) : 0;

	return n && n < folded.n && (folded.p[n] == ' ' || is_digit(folded.p[n]) || is_unspaced(folded.p)) ? n : 0;
}

bool reply_starts_weekday(struct str folded)
{
	size_t n = folded.n ? entry_at(weekdays, ARRAY_LEN(weekdays), folded, 0) : 0;

	return n && n < folded.n && memchr(",. ", folded.p[n], 3);
}

/* ---------------------------------------------------------------- header blocks */

/* clang-format off */
static const struct {
	const char *word;
	enum header_label label;
} labels[] = {
	{"from", LABEL_FROM}, {"von", LABEL_FROM}, {"de", LABEL_FROM}, {"da", LABEL_FROM}, {"van", LABEL_FROM}, {"fra", LABEL_FROM}, {"från", LABEL_FROM}, {"frå", LABEL_FROM}, {"lähettäjä", LABEL_FROM},
	{"od", LABEL_FROM}, {"feladó", LABEL_FROM}, {"de la", LABEL_FROM}, {"от", LABEL_FROM}, {"від", LABEL_FROM}, {"από", LABEL_FROM}, {"kimden", LABEL_FROM}, {"gönderen", LABEL_FROM}, {"מאת", LABEL_FROM},
	{"من", LABEL_FROM}, {"از", LABEL_FROM}, {"发件人", LABEL_FROM}, {"寄件者", LABEL_FROM}, {"寄件人", LABEL_FROM}, {"發件人", LABEL_FROM}, {"差出人", LABEL_FROM}, {"送信者", LABEL_FROM}, {"보낸 사람", LABEL_FROM},
	{"보낸사람", LABEL_FROM}, {"từ", LABEL_FROM}, {"người gửi", LABEL_FROM}, {"จาก", LABEL_FROM}, {"saatja", LABEL_FROM}, {"no", LABEL_FROM}, {"nuo", LABEL_FROM}, {"dari", LABEL_FROM}, {"frá", LABEL_FROM},
	{"nga", LABEL_FROM}, {"шаље", LABEL_FROM}, {"од", LABEL_FROM}, {"oddané od", LABEL_FROM}, {"absender", LABEL_FROM}, {"expéditeur", LABEL_FROM}, {"mittente", LABEL_FROM}, {"remitente", LABEL_FROM}, {"afzender", LABEL_FROM},
	{"sent", LABEL_SENT}, {"gesendet", LABEL_SENT}, {"gesendet am", LABEL_SENT}, {"envoyé", LABEL_SENT}, {"envoyé le", LABEL_SENT}, {"enviado", LABEL_SENT}, {"enviado el", LABEL_SENT}, {"enviado em", LABEL_SENT},
	{"enviada em", LABEL_SENT}, {"enviada", LABEL_SENT}, {"inviato", LABEL_SENT}, {"verzonden", LABEL_SENT}, {"sendt", LABEL_SENT}, {"skickat", LABEL_SENT}, {"lähetetty", LABEL_SENT}, {"wysłano", LABEL_SENT},
	{"wysłane", LABEL_SENT}, {"odesláno", LABEL_SENT}, {"odoslané", LABEL_SENT}, {"elküldve", LABEL_SENT}, {"küldve", LABEL_SENT}, {"trimis", LABEL_SENT}, {"отправлено", LABEL_SENT}, {"надіслано", LABEL_SENT},
	{"изпратено", LABEL_SENT}, {"στάλθηκε", LABEL_SENT}, {"εστάλη", LABEL_SENT}, {"gönderildi", LABEL_SENT}, {"gönderme tarihi", LABEL_SENT}, {"נשלח", LABEL_SENT}, {"تم الإرسال", LABEL_SENT},
	{"أرسلت", LABEL_SENT}, {"مرسل", LABEL_SENT}, {"ارسال شده", LABEL_SENT}, {"发送时间", LABEL_SENT}, {"寄件日期", LABEL_SENT}, {"傳送時間", LABEL_SENT}, {"發送時間", LABEL_SENT}, {"送信日時", LABEL_SENT},
	{"보낸 날짜", LABEL_SENT}, {"보낸날짜", LABEL_SENT}, {"đã gửi", LABEL_SENT}, {"gửi", LABEL_SENT}, {"ngày gửi", LABEL_SENT}, {"ส่ง", LABEL_SENT}, {"ส่งเมื่อ", LABEL_SENT}, {"poslano", LABEL_SENT}, {"poslato", LABEL_SENT},
	{"saadetud", LABEL_SENT}, {"nosūtīts", LABEL_SENT}, {"išsiųsta", LABEL_SENT}, {"dikirim", LABEL_SENT}, {"terkirim", LABEL_SENT}, {"enviat", LABEL_SENT}, {"send", LABEL_SENT}, {"послато", LABEL_SENT},
	{"date", LABEL_DATE}, {"datum", LABEL_DATE}, {"data", LABEL_DATE}, {"fecha", LABEL_DATE}, {"dato", LABEL_DATE}, {"päiväys", LABEL_DATE}, {"päivämäärä", LABEL_DATE}, {"pvm", LABEL_DATE}, {"dátum", LABEL_DATE},
	{"дата", LABEL_DATE}, {"ημερομηνία", LABEL_DATE}, {"tarih", LABEL_DATE}, {"תאריך", LABEL_DATE}, {"التاريخ", LABEL_DATE}, {"تاريخ", LABEL_DATE}, {"تاریخ", LABEL_DATE}, {"日期", LABEL_DATE},
	{"时间", LABEL_DATE}, {"日付", LABEL_DATE}, {"日時", LABEL_DATE}, {"날짜", LABEL_DATE}, {"ngày", LABEL_DATE}, {"วันที่", LABEL_DATE}, {"kuupäev", LABEL_DATE}, {"datums", LABEL_DATE}, {"tanggal", LABEL_DATE},
	{"message du", LABEL_DATE}, {"dags", LABEL_DATE}, {"dagsetning", LABEL_DATE}, {"datë", LABEL_DATE},
	{"to", LABEL_TO}, {"an", LABEL_TO}, {"à", LABEL_TO}, {"a", LABEL_TO}, {"para", LABEL_TO}, {"aan", LABEL_TO}, {"til", LABEL_TO}, {"till", LABEL_TO}, {"vastaanottaja", LABEL_TO}, {"do", LABEL_TO}, {"komu", LABEL_TO},
	{"címzett", LABEL_TO}, {"către", LABEL_TO}, {"catre", LABEL_TO}, {"кому", LABEL_TO}, {"до", LABEL_TO}, {"προς", LABEL_TO}, {"kime", LABEL_TO}, {"alıcı", LABEL_TO}, {"אל", LABEL_TO}, {"إلى", LABEL_TO},
	{"الى", LABEL_TO}, {"به", LABEL_TO}, {"收件人", LABEL_TO}, {"收件者", LABEL_TO}, {"宛先", LABEL_TO}, {"받는 사람", LABEL_TO}, {"받는사람", LABEL_TO}, {"đến", LABEL_TO}, {"tới", LABEL_TO}, {"người nhận", LABEL_TO},
	{"ถึง", LABEL_TO}, {"za", LABEL_TO}, {"prima", LABEL_TO}, {"adressaat", LABEL_TO}, {"kam", LABEL_TO}, {"kepada", LABEL_TO}, {"ke", LABEL_TO}, {"per", LABEL_TO}, {"per a", LABEL_TO}, {"për", LABEL_TO}, {"за", LABEL_TO},
	{"cc", LABEL_CC}, {"bcc", LABEL_CC}, {"kopie", LABEL_CC}, {"copie", LABEL_CC}, {"copie à", LABEL_CC}, {"kopia", LABEL_CC}, {"kopi", LABEL_CC}, {"kopio", LABEL_CC}, {"копия", LABEL_CC}, {"копія", LABEL_CC}, {"抄送", LABEL_CC},
	{"副本", LABEL_CC}, {"참조", LABEL_CC}, {"másolat", LABEL_CC}, {"κοιν", LABEL_CC}, {"bilgi", LABEL_CC}, {"עותק", LABEL_CC}, {"نسخة", LABEL_CC}, {"reply-to", LABEL_CC}, {"reply to", LABEL_CC}, {"antwort an", LABEL_CC},
	{"répondre à", LABEL_CC}, {"importance", LABEL_CC}, {"wichtigkeit", LABEL_CC}, {"attachments", LABEL_CC}, {"anlagen", LABEL_CC}, {"sender", LABEL_CC}, {"organization", LABEL_CC}, {"message-id", LABEL_CC},
	{"subject", LABEL_SUBJECT}, {"betreff", LABEL_SUBJECT}, {"objet", LABEL_SUBJECT}, {"sujet", LABEL_SUBJECT}, {"asunto", LABEL_SUBJECT}, {"assunto", LABEL_SUBJECT}, {"oggetto", LABEL_SUBJECT}, {"onderwerp", LABEL_SUBJECT},
	{"emne", LABEL_SUBJECT}, {"ämne", LABEL_SUBJECT}, {"aihe", LABEL_SUBJECT}, {"temat", LABEL_SUBJECT}, {"předmět", LABEL_SUBJECT}, {"predmet", LABEL_SUBJECT}, {"tárgy", LABEL_SUBJECT}, {"subiect", LABEL_SUBJECT},
	{"тема", LABEL_SUBJECT}, {"относно", LABEL_SUBJECT}, {"θέμα", LABEL_SUBJECT}, {"konu", LABEL_SUBJECT}, {"נושא", LABEL_SUBJECT}, {"הנדון", LABEL_SUBJECT}, {"الموضوع", LABEL_SUBJECT}, {"موضوع", LABEL_SUBJECT},
	{"主题", LABEL_SUBJECT}, {"主旨", LABEL_SUBJECT}, {"主題", LABEL_SUBJECT}, {"件名", LABEL_SUBJECT}, {"제목", LABEL_SUBJECT}, {"chủ đề", LABEL_SUBJECT}, {"tiêu đề", LABEL_SUBJECT}, {"เรื่อง", LABEL_SUBJECT},
	{"teema", LABEL_SUBJECT}, {"tēma", LABEL_SUBJECT}, {"tema", LABEL_SUBJECT}, {"zadeva", LABEL_SUBJECT}, {"perihal", LABEL_SUBJECT}, {"subjek", LABEL_SUBJECT}, {"judul", LABEL_SUBJECT}, {"assumpte", LABEL_SUBJECT},
	{"efni", LABEL_SUBJECT}, {"naslov", LABEL_SUBJECT}, {"предмет", LABEL_SUBJECT}, {"наслов", LABEL_SUBJECT}, {"ang", LABEL_SUBJECT}, {"subjekt", LABEL_SUBJECT}, {"betr", LABEL_SUBJECT},
};
/* clang-format on */

enum header_label reply_label(struct str folded)
{
	size_t from = 0, to;
	ptrdiff_t colon;
	struct str word;

	while (from < folded.n && memchr("*_ |", folded.p[from], 4))
		from++;
	colon = str_find_char(str_slice(folded, from, MIN(from + 40, folded.n)), ':');
	if (colon <= 0)
		return LABEL_NONE;
	for (to = from + (size_t)colon; to > from && memchr("*_ ", folded.p[to - 1], 3);)
		to--;
	word = str_slice(folded, from, to);
	for (size_t i = 0; i < ARRAY_LEN(labels); i++)
		if (word.n && labels[i].word[0] == word.p[0] && str_eq(word, str_of(labels[i].word)))
			return labels[i].label;
	return LABEL_NONE;
}

/* ---------------------------------------------------------------- separators */

/* clang-format off */
static const char *const originals[] = {
	"original message", "originalnachricht", "ursprüngliche nachricht", "ursprungliche nachricht", "original-nachricht", "original nachricht", "message d'origine", "message original", "mensaje original", "mensagem original",
	"messaggio originale", "messaggio original", "oorspronkelijk bericht", "origineel bericht", "original meddelelse", "oprindelig meddelelse", "oprindelig besked", "opprinnelig melding", "original melding",
	"originalmeddelande", "ursprungligt meddelande", "alkuperäinen viesti", "oryginalna wiadomość", "wiadomość oryginalna", "wiadomość pierwotna", "původní zpráva", "puvodni zprava", "pôvodná správa", "eredeti üzenet", "mesaj original",
	"mesajul original", "исходное сообщение", "оригинальное сообщение", "пересылаемое сообщение от", "оригінальне повідомлення", "вихідне повідомлення", "оригинално съобщение", "αρχικό μήνυμα", "orijinal mesaj", "özgün ileti", "orjinal mesaj",
	"הודעה מקורית", "الرسالة الأصلية", "رسالة أصلية", "پیام اصلی", "原始邮件", "原始郵件", "原始信件", "邮件原件", "元のメッセージ", "オリジナルメッセージ", "원본 메시지", "원본메시지", "원본 메일", "thư gốc", "tin nhắn gốc", "ข้อความต้นฉบับ",
	"pesan asli", "pesan asal", "izvorna poruka", "originalna poruka", "оригинална порука", "izvirno sporočilo", "algne kiri", "sākotnējais ziņojums", "originalus laiškas", "missatge original", "upprunaleg skilaboð", "reply message",
	"original mail", "mail original", "e-mail original", "courriel original", "ursprüngliche mail", "email original", "original email", "original e-mail", "antwort auf nachricht", "reply separator", "original appointment", "ursprünglicher termin", "urspr. nachricht",
};

static const char *const forwarded[] = {
	"forwarded message", "forwarded by", "begin forwarded message", "forwarded mail", "forwarded email", "start of forwarded message", "weitergeleitete nachricht", "anfang der weitergeleiteten nachricht", "weitergeleitet von",
	"message transféré", "message réexpédié", "début du message transféré", "début du message réexpédié", "mensaje reenviado", "inicio del mensaje reenviado", "mensagem encaminhada", "mensagem reencaminhada",
	"início da mensagem encaminhada", "messaggio inoltrato", "inizio messaggio inoltrato", "inizio del messaggio inoltrato", "doorgestuurd bericht", "begin doorgestuurd bericht", "videresendt meddelelse", "videresendt besked",
	"start på videresendt besked", "videresendt melding", "vidarebefordrat meddelande", "vidarebefordrat mejl", "välitetty viesti", "edelleenlähetetty viesti", "wiadomość przekazana dalej", "przekazana wiadomość", "początek przekazywanej wiadomości",
	"přeposlaná zpráva", "preposlaná správa", "továbbított üzenet", "mesaj redirecționat", "mesaj redirectionat", "пересылаемое сообщение", "пересылаемое письмо", "переслане повідомлення", "препратено съобщение", "προωθημένο μήνυμα",
	"yönlendirilen mesaj", "iletilen ileti", "yönlendirilmiş ileti", "הודעה שהועברה", "رسالة محولة", "رسالة معاد توجيهها", "转发的邮件", "轉寄的郵件", "轉寄郵件", "转发邮件", "转发的信息", "転送メッセージ", "転送されたメッセージ",
	"전달된 메시지", "전달된 메일", "thư đã chuyển tiếp", "tin nhắn được chuyển tiếp", "ข้อความที่ส่งต่อ", "pesan terusan", "pesan yang diteruskan", "proslijeđena poruka", "prosleđena poruka", "posredovano sporočilo", "missatge reenviat",
	"edastatud kiri", "pārsūtīta ziņa", "persiųstas laiškas",
};

static const char *const own_lines[] = {
	"above this line", "above the line", "über dieser zeile", "oberhalb dieser zeile", "oberhalb dieser linie", "über diese zeile", "au-dessus de cette ligne", "por encima de esta línea", "encima de esta línea", "sopra questa riga",
	"al di sopra di questa riga", "sopra questa linea", "acima desta linha", "boven deze regel", "boven deze lijn", "over denne linje", "over denne linjen", "ovanför denna rad", "ovanför den här raden", "tämän rivin yläpuolelle",
	"powyżej tej linii", "nad tímto řádkem", "nad tento řádek", "nad tento riadok", "nad týmto riadkom", "e sor fölé", "deasupra acestei linii", "выше этой строки", "над этой чертой", "вище цього рядка", "над този ред",
	"πάνω από αυτή τη γραμμή", "bu satırın üstüne", "bu satırın üzerine", "מעל שורה זו", "فوق هذا السطر", "在此行上方", "在此行之上", "請在此行上方", "この行より上", "この行の上", "이 줄 위에", "phía trên dòng này", "เหนือบรรทัดนี้",
	"di atas baris ini", "iznad ove linije", "nad to vrstico", "per sobre d'aquesta línia",
};

static const char *const forward_subjects[] = {"fwd", "fw", "wg", "tr", "rv", "enc", "i", "doorst", "vs", "vl", "vb", "pd", "továbbítás", "fs", "пересл", "fwd.", "转发", "轉寄", "転送", "전달", "ilt", "yönl", "i", "πρθ", "הועבר"};
/* clang-format on */

/* `words` is one of the entries, or begins with it and a colon, or a name after it. */
static bool starts_with_entry(const char *const *table, size_t count, struct str words)
{
	return words.n && entry_at(table, count, words, 0) > 0;
}

bool reply_is_original(struct str words)
{
	size_t n = words.n ? entry_at(originals, ARRAY_LEN(originals), words, 0) : 0;

	return n && words.n - n <= 40;
}

bool reply_is_forwarded(struct str words)
{
	return words.n <= 120 && starts_with_entry(forwarded, ARRAY_LEN(forwarded), words);
}

bool reply_has_own_line(struct str folded)
{
	return folded.n <= 250 && has_entry(own_lines, ARRAY_LEN(own_lines), folded);
}

bool reply_is_forward_subject(struct str folded)
{
	size_t n = folded.n ? entry_at(forward_subjects, ARRAY_LEN(forward_subjects), folded, 0) : 0;

	while (n && n < folded.n && folded.p[n] == ' ')
		n++;
	return n && n < folded.n && folded.p[n] == ':';
}

/* ---------------------------------------------------------------- signatures */

/* clang-format off */
static const char *const mobiles[] = {
	"sent from my", "sent from", "sent via", "sent with", "sent using", "sent on the go", "get outlook for", "outlook for", "von meinem", "gesendet von", "gesendet mit", "gesendet aus", "diese nachricht wurde von meinem", "von meinem mobiltelefon", "von unterwegs",
	"envoyé de mon", "envoyé de", "envoyé depuis", "envoyé à partir", "envoyé avec", "envoyé via", "télécharger outlook pour", "obtenez outlook pour", "obtenir outlook pour", "enviado desde", "enviado de", "enviado do", "enviado a partir", "enviado via", "enviado pelo",
	"obtener outlook para", "descargar outlook para", "obter o outlook para", "inviato da", "inviato dal", "inviato con", "scarica outlook per", "ottieni outlook per", "verzonden vanaf", "verstuurd vanaf", "verzonden met", "verstuurd vanuit", "outlook voor", "sendt fra min",
	"sendt fra", "hent outlook til", "skaff deg outlook for", "skickat från", "hämta outlook för", "lähetetty", "hanki outlook", "wysłane z", "wysłano z", "pobierz aplikację outlook", "odesláno z", "odesláno pomocí", "odoslané z", "získat outlook pro", "küldve az", "küldve a",
	"iphone-ról küldve", "trimis de pe", "trimis din", "отправлено с", "отправлено из", "отправлено через", "послано с", "надіслано з", "изпратено от", "στάλθηκε από", "εστάλη από", "iphone'umdan gönderildi", "iphone'dan gönderildi", "ipad'imden gönderildi", "נשלח מה",
	"נשלח מ", "أرسل من", "أُرسلت من", "أرسلت من", "تم الإرسال من", "ارسال شده از", "发自我的", "发自", "從我的", "从我的", "我的 iphone 傳送", "從", "iphoneから送信", "ipadから送信", "androidから送信", "나의 iphone에서 보냄", "내 iphone에서 보냄", "iphone에서 보냄", "갤럭시에서 보냄",
	"gửi từ", "đã gửi từ", "được gửi từ", "ส่งจาก", "dikirim dari", "terkirim dari", "poslano s", "poslano iz", "poslano sa", "poslato sa", "saadetud minu", "nosūtīts no", "išsiųsta iš", "enviat des de", "enviat del", "mit freundlichen grüßen von meinem", "holen sie sich outlook für", "outlook für", "descarga outlook para", "pobierz outlook", "скачать outlook", "получить outlook", "získejte outlook", "获取", "取得", "下載", "baixe o outlook", "télécharge outlook",
};

static const char *const devices[] = {
	"iphone", "ipad", "ipod", "android", "samsung", "galaxy", "blackberry", "mobile", "mobil", "mobiel", "móvil", "movil", "phone", "telefon", "téléphone", "handy", "smartphone", "outlook", "windows", "nokia", "lumia", "xiaomi", "huawei", "honor",
	"oneplus", "pixel", "htc", "sony", "xperia", "lg", "motorola", "wiko", "yahoo", "gmail", "aol", "proton", "protonmail", "proton mail", "tablet", "tablette", "device", "gerät", "gmx", "web.de", "k-9", "k9", "fairemail", "bluemail", "tutanota", "airmail", "spark",
	"sparrow", "mailbird", "polymail", "acompli", "thunderbird", "zimbra", "verizon", "at&t", "t-mobile", "vodafone", "mac", "macbook", "ios", "iphonu", "iphone'a", "iphonea", "iphonen", "телефона", "мобильного", "яндекс", "яндекс.почты", "mail.ru", "почты", "iphone-omról",
	"wireless", "mobiltelefon", "mobilnega", "cellulare", "celular", "携帯", "手机", "手機", "realme", "oppo", "vivo", "redmi", "superhuman", "newton", "canary", "edison", "mailspring", "workspace one", "boxer", "application mail", "mobilgerät", "mobilní", "мобильн", "устройств", "dispositif", "dispositivo", "apparaat", "teléfono", "telefone", "telefono", "telemóvel", "telemovel", "puhelime", "telefonu",
};

static const char *const closings[] = {
	"regards", "best regards", "kind regards", "kindest regards", "warm regards", "warmest regards", "many regards", "with regards", "with kind regards", "with best regards", "best wishes", "with best wishes", "thanks and regards", "thanks & regards",
	"thank you and regards", "cheers", "yours sincerely", "yours faithfully", "yours truly", "kind wishes", "rgds", "brgds", "br",
	"mit freundlichen grüßen", "mit freundlichen grüssen", "mit freundlichem gruß", "mit freundlichem gruss", "freundliche grüße", "freundliche grüsse", "freundlichen gruß", "mit besten grüßen", "beste grüße", "beste grüsse", "viele grüße", "viele grüsse", "liebe grüße", "liebe grüsse", "herzliche grüße",
	"mit herzlichen grüßen", "schöne grüße", "hochachtungsvoll", "grüße", "gruß", "mfg", "vg", "lg", "schöne grüsse", "herzliche grüsse", "freundliche gruesse", "viele gruesse", "mit freundlichen gruessen",
	"cordialement", "bien cordialement", "très cordialement", "salutations", "meilleures salutations", "salutations distinguées", "bien à vous", "sincères salutations", "cdlt", "bien cdlt", "respectueusement",
	"saludos", "saludos cordiales", "un saludo", "un cordial saludo", "atentamente", "atte", "cordialmente", "muchos saludos", "saluti", "cordiali saluti", "distinti saluti", "un saluto", "un cordiale saluto", "atenciosamente", "cumprimentos", "com os melhores cumprimentos",
	"melhores cumprimentos", "abraços", "saudações", "att", "met vriendelijke groet", "met vriendelijke groeten", "vriendelijke groet", "vriendelijke groeten", "groeten", "groet", "mvg", "met hartelijke groet", "hoogachtend",
	"med venlig hilsen", "venlig hilsen", "mvh", "hilsen", "med vennlig hilsen", "vennlig hilsen", "beste hilsen", "med vänlig hälsning", "med vänliga hälsningar", "vänliga hälsningar", "vänlig hälsning", "hälsningar", "hälsning", "ystävällisin terveisin", "terveisin", "parhain terveisin",
	"pozdrawiam", "z poważaniem", "z wyrazami szacunku", "serdecznie pozdrawiam", "s pozdravem", "s pozdravom", "pozdravy", "üdvözlettel", "tisztelettel", "cu respect", "cu stimă", "toate cele bune", "с уважением", "с наилучшими пожеланиями", "з повагою", "поздрави", "с уважение",
	"με εκτίμηση", "φιλικά", "saygılarımla", "iyi çalışmalar", "selamlar", "בברכה", "مع تحياتي", "تحياتي", "مع أطيب التحيات", "با احترام", "此致", "祝好", "敬具", "よろしくお願いいたします", "以上、よろしくお願いいたします", "감사합니다", "trân trọng", "ขอแสดงความนับถือ", "salam hormat", "hormat saya",
	"lijep pozdrav", "srdačan pozdrav", "s poštovanjem", "lep pozdrav", "lugupidamisega", "ar cieņu", "pagarbiai", "salutacions", "atentament", "kveðja",
};

static const char *const list_footers[] = {
	"mailing list", "mailing-list", "mailinglist", "mailingliste", "liste de diffusion", "lista de correo", "you received this message because", "sie erhalten diese nachricht", "to unsubscribe from this", "unsubscribe", "mailman/listinfo",
};
/* clang-format on */

/* "iPhonesta", "iPhone'a": the longer names with any ending. */
static bool names_device(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!starts_word(s, i))
			continue;
		for (size_t k = 0; k < ARRAY_LEN(devices); k++) {
			struct str device = devices[k][0] == s.p[i] ? str_of(devices[k]) : STR_NULL;
			size_t end = i + device.n;

			if (device.n && str_starts(str_slice(s, i, s.n), device) &&
			    (device.n >= 5 || end >= s.n || !is_word_byte(s.p[end]) || is_unspaced(s.p + end)))
				return true;
		}
	}
	return false;
}

bool reply_is_mobile_signature(struct str folded)
{
	size_t from = 0, n;
	bool is_sentence;

	while (from < folded.n && memchr("*_<([- ", folded.p[from], 7))
		from++;
	folded = str_slice(folded, from, folded.n);
	n = folded.n && folded.n <= 200 ? entry_at(mobiles, ARRAY_LEN(mobiles), folded, 0) : 0;
	if (!n)
		return false;
	/* "Sent from my account was less." is no signature, "Sent from my Wiko Fab 4G" is one. */
	is_sentence = folded.p[folded.n - 1] == '.' || folded.p[folded.n - 1] == '?' || folded.p[folded.n - 1] == ':' ||
	              folded.n > 70 || !str_starts(folded, STR("sent from my "));
	return !is_sentence || names_device(str_slice(folded, 0, 90));
}

bool reply_is_closing(struct str folded)
{
	size_t n = folded.n && folded.n <= 60 ? entry_at(closings, ARRAY_LEN(closings), folded, 0) : 0;

	/* The longest: "mit freundlichen grüßen" is tried whole, so what is left is signs or pictures. */
	while (n && n < folded.n && (memchr(",.!;:- ", folded.p[n], 7) || (unsigned char)folded.p[n] >= 0xf0)) {
		if ((unsigned char)folded.p[n] >= 0xf0)
			n += 3;
		n++;
	}
	return n && n >= folded.n;
}

bool reply_is_list_footer(struct str folded)
{
	return has_entry(list_footers, ARRAY_LEN(list_footers), folded);
}
