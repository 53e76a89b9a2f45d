/* The words of bounces, from the surest reason to the vaguest; see bounce_reason.h for the form of a phrase. Before a
 * phrase goes in: whose sentence is it, and can it stand in a report of another kind? */
#include "bounce_reason.h"

/* clang-format off */
static const char *const virusdetected[] = {
	"virus detected", "virus found", "virus-infected", "infected with", "contains a virus", "contained a virus",
	"contains viruses", "message contains malware", "malware detected", "malware found", "infected message",
	"message was infected", "the message contains a virus", "this message contains a virus", "worm detected",
	"trojan found", "your message was infected", "rejected due to virus", "blocked because it contains a virus",
	"clamav", "attachment contains a virus",
};

static const char *const authfailure[] = {
	"unauthenticated email", "dmarc policy", "dmarc check failed", "dmarc verification", "dmarc evaluation",
	"dmarc validation", "does not pass dmarc", "fails dmarc", "failed dmarc", "dmarc failure",
	"domain owner dmarc", "spf record with a hard fail", "spf check failed", "spf validation failed", "spf fail",
	"fails spf", "failed spf", "spf: fail", "not permitted to send by spf", "spf record does not", "violates spf",
	"dkim verification failed", "dkim validation failed", "dkim check failed", "dkim signature did not",
	"no passing dkim", "multiple authentication checks failed", "authentication checks failed",
	"authentication information", "sender is unauthenticated", "email is unauthenticated",
	"message failed authentication", "does not meet the authentication", "this mail is unauthenticated",
	"this mail has been blocked because the sender is unauthenticated", "sender policy framework",
	"is not allowed to send mail from", "not authorized to send on behalf", "spoofed", "spf lookup failure",
	"dmarc reject", "unauthenticated mail is prohibited", "access denied, sending domain",
	"550-authentication required by dmarc", "email rejected per dmarc", "rejected by dmarc",
	"rejected due to dmarc", "no spf record", "sender id (pra) not permitted",
	"domain name system-based authentication", "arc validation",
};

static const char *const requireptr[] = {
	"no ptr record", "ptr record", "reverse dns", "reverse hostname", "reverse host name", "rdns", "ptr lookup",
	"dns ptr", "no reverse", "cannot find your reverse", "cannot resolve your address",
	"client host rejected: cannot find your hostname", "cannot find your hostname", "unverifyable sending ip",
	"unverifiable sending ip", "no matches to nameserver query", "does not resolve properly",
	"does not resolve to the", "ip name lookup failed", "ip address has no", "has no corresponding name",
	"missing reverse", "helo/ehlo does not match", "all mail servers must have a ptr", "fix reverse",
	"reject your ip without", "inverse dns", "pas de reverse", "unresolvable ip address",
};

static const char *const failedstarttls[] = {
	"must issue a starttls", "starttls is required", "starttls required", "tls required", "tls is required",
	"requires tls", "tls not available", "cannot start tls", "starttls failed", "server certificate not",
	"certificate verification failed", "certificate not trusted", "tls handshake failed", "tls negotiation failed",
	"mta-sts", "dane tlsa", "tlsrpt", "tls-required",
};

static const char *const hasmoved[] = {
	"recipient no longer on server", "has moved", "have moved", "moved to another", "has been replaced by",
	"address has changed", "address changed", "new address is", "user has moved", "mailbox has moved",
	"is no longer at this address", "please use the new address", "forwarding to @", "no longer valid. please use",
	"user not local; please try", "mailbox moved", "destination mailbox has moved", "not our user",
};

static const char *const norelaying[] = {
	"relay access denied", "relaying denied", "relay denied", "relaying not permitted", "relaying not allowed",
	"relay not permitted", "relay not allowed", "relaying is not permitted", "relaying is prohibited",
	"relay is prohibited", "relaying prohibited", "no relaying", "not configured to relay", "unable to relay",
	"cannot relay", "can't relay", "we do not relay", "do not relay", "mail relaying", "not permitted to relay",
	"is not permitted to relay", "not a relay", "not an open relay", "relaying mail to", "relaying to @",
	"that domain isn't in my list of allowed rcpthosts", "sorry, that domain isn't in my list",
	"not in my list of allowed", "isn't in my control", "this is not an open relay", "open relay is not allowed",
	"insecure mail relay", "mail server requires authentication when attempting to send to a non-local",
	"send to a non-local", "we don't handle mail for", "don't handle mail for", "not a gateway", "as a relay",
	"access to @ not permitted", "relaying temporarily", "not local recipient", "weiterleitung nicht erlaubt",
	"system does not accept mail for", "not accept mail for the domain", "relay rejected",
	"relay operation rejected", "domain not hosted", "not one of my domains", "unrouteable relay",
};

static const char *const mailboxfull[] = {
	"mailbox full", "mailbox is full", "mailbox was full", "mailbox exceeded", "mailbox has exceeded",
	"mailbox exceeds", "mailbox over quota", "mailbox is over", "mailbox size limit exceeded", "mailbox quota",
	"mailfolder is full", "mail folder is full", "user's mailfolder is full", "mailfile is full",
	"mail file is full", "inbox is full", "inbox is out of storage", "inbox full", "out of storage space",
	"out of storage", "over quota", "overquota", "over the quota", "over disk quota", "over storage",
	"over its quota", "over his quota", "quota exceeded", "quota exceed", "quota full", "quota is exceeded",
	"quota has been exceeded", "quota violation", "quota limit", "exceeded quota", "exceeded its quota",
	"exceeded the quota", "exceeded storage", "exceeded his quota", "exceeded their", "exceeded email quota",
	"exceeds quota", "exceeds the quota", "exceeding quota", "exceeding its mailbox quota", "exceed quota",
	"would exceed mailbox", "would be over quota", "is over quota", "has reached quota", "reached their quota",
	"reached its quota", "disk quota", "storage quota", "insufficient disk space", "not enough disk space",
	"not enough storage", "not enough space", "no disk space", "insufficient quota", "insufficient space",
	"account is over quota", "account is full", "account full", "user is over quota", "user over quota",
	"user has too many messages", "too many messages in the mailbox", "too many messages in mailbox",
	"too many messages on this mailbox", "number of messages in recipient's mailbox exceeded",
	"message would exceed", "maildir over quota", "maildir delivery failed: user disk", "allocated to this user",
	"storage exceeded", "recipient storage full", "recipient reached disk quota", "recipient's mailbox is full",
	"recipient exceeded", "recipient rejected: mailbox would exceed", "delivery failed: over quota", "hard quota",
	"quotaexceeded", "resolver.rst.quota", "storagexceeded", "mailbox space", "mail box full", "mail quota",
	"mailbox size", "mailbox_full", "exceeded mailbox size", "exceeded allocated", "552 user", "errors.full",
	"boîte pleine", "boite pleine", "boite du destinataire pleine", "boîte aux lettres pleine", "quota dépassé",
	"quota depasse", "postfach ist voll", "postfach voll", "speicherplatz", "mailbox ist voll", "kontingent",
	"kvote", "buzón lleno", "buzón está lleno", "casilla llena", "cuota excedida", "cuota superada",
	"caixa postal cheia", "caixa cheia", "casella piena", "casella è piena", "postvak vol", "mailbox is vol",
	"brevlåda är full", "skrzynka jest", "przepełniona", "ящик переполнен", "превышена квота", "メールボックスが一杯",
	"メールボックスがいっぱい", "容量超過", "邮箱已满", "信箱已滿", "空间不足", "메일함", "dosyanız dolu", "full mailbox", "full inbox",
	"too much mail data", "mailbox temporarily full", "user's disk quota", "exceeds allowed space",
	"space allocation",
};

static const char *const suspend[] = {
	"account is disabled", "account disabled", "account has been disabled", "account has been suspended",
	"account is suspended", "account suspended", "account has been locked", "account is locked", "account locked",
	"account is inactive", "account inactive", "account is blocked", "account blocked", "account is not active",
	"account not active", "account has expired", "account expired", "account is temporarily", "account is closed",
	"account closed", "account has been closed", "account has been deactivated", "account deactivated",
	"account that you tried to reach is disabled", "account that you tried to reach is inactive",
	"account that you tried to reach has been", "mailbox disabled", "mailbox is disabled",
	"mailbox has been disabled", "mailbox is inactive", "mailbox inactive", "mailbox not active",
	"mailbox is frozen", "mailbox frozen", "mailbox is blocked", "mailbox blocked", "mailbox currently suspended",
	"mailbox temporarily disabled", "mailbox is not active", "mailbox locked", "mailbox is currently",
	"mailbox currently not", "mailbox temporarily locked", "email account is", "disabled recipient",
	"disabled user", "disabled account", "disabled mailbox", "disabled or discontinued", "user is disabled",
	"user disabled", "user account is disabled", "user(s) account is disabled", "user account disabled",
	"user is suspended", "user suspended", "user is inactive", "user inactive", "user account has expired",
	"user is locked", "user is not active", "user not active", "user has been suspended", "user has been disabled",
	"recipient is inactive", "recipient inactive", "recipient suspended", "recipient is suspended",
	"recipient disabled", "recipient is disabled", "recipient account is blocked", "recipient account is",
	"recipient address disabled", "recipient temporarily disabled", "inactive user", "inactive account",
	"inactive recipient", "inactive mailbox", "suspended account", "suspended user", "suspend the",
	"suspended the service", "is currently suspended", "email address has been suspended", "address is disabled",
	"address disabled", "domain is suspended", "domain suspended", "temporarily disabled", "temporary disabled",
	"vdelivermail: account is locked", "deactivated", "unavailable to take delivery", "boarding account",
	"not accepting mail for the user as", "no longer active", "is not currently accepting mail",
	"not able to accept mail", "invalid/inactive", "?p=disableduser", "compte du destinataire est bloque",
	"compte désactivé", "compte desactive", "compte suspendu", "konto deaktiviert", "konto ist gesperrt",
	"konto gesperrt", "cuenta deshabilitada", "cuenta desactivada", "cuenta suspendida", "conta desativada",
	"conta suspensa", "account disabilitato", "ящик заблокирован", "почтовый ящик неактивен",
	"аккаунт заблокирован", "アカウントは無効", "利用停止", "帐号已被", "账户被", "user currently disabled",
	"bouncing because this account", "permanently disabled", "service suspended",
	"sorry, i wasn't able to deliver your message to an inactive",
};

static const char *const toomanyconn[] = {
	"too many recipients", "too many connection", "too many concurrent", "too many simultaneous",
	"too many sessions", "too many rcpt", "too many smtp", "connection rate limit", "connection limit",
	"connections exceeded", "concurrent connection", "maximum number of connections", "number of concurrent",
	"exceeded maximum concurrent", "exceeded the maximum number", "exceeds the maximum number of",
	"exceeded the max number", "exceeded the limit of", "exceeded its max", "recipient limit", "recipients exceed",
	"recipients per", "maximum recipients", "max rcpt", "ip frequency limited", "frequency limited",
	"connection frequency", "domain frequency", "connection refused: too many", "simultaneous connection",
	"rate limit exceeded connection", "no more connections", "sessions from your", "sender rejected. aup#in",
	"too many hosts", "max connections", "throttl",
};

static const char *const speeding[] = {
	"receiving mail at a rate", "at too high a rate", "rate limit", "rate limited", "rate-limited", "sending rate",
	"message rate", "mail sent too fast", "sent too fast", "mails too quickly", "too many messages",
	"too many mails", "too much mail", "too many emails", "slow down", "frequency exceeds", "hourly limit",
	"daily limit", "sending too", "exceeded the rate", "messages in a short", "too fast",
	"limit on the number of messages", "deferring connection", "received too many", "has sent too many",
	"mail rate",
};

static const char *const exceedlimit[] = {
	"recipsizelimit", "too large for this recipient", "recipient's mailbox cannot accept a message that large",
	"exceeds maximum message size allowed by the recipient", "exceeds the recipient",
	"message too big for this mailbox", "message length exceeds administrative limit",
	"size limit for this recipient", "size exceeds the maximum size for recipient",
};

static const char *const mesgtoobig[] = {
	"message too large", "message too big", "message is too large", "message is too big", "message was too large",
	"message size exceed", "message size is", "message size limit", "message size exceeds", "message exceeded",
	"message exceeds", "message exceeding", "message larger than", "message file too big",
	"mail size limit exceeded", "mail too large", "mail is too large", "mail size exceeds", "max message size",
	"maximum message size", "maximum size", "size limit exceeded", "size limit", "size of the message",
	"size exceeds", "line limit exceeded", "line too long", "entity too large", "too big message",
	"exceeded message size", "exceeds maximum", "exceeds size limit", "exceeds the maximum",
	"larger than the current system limit", "larger than maximum", "larger than the maximum", "dsn mesg too big",
	"data size exceeded", "body too large", "sendersizelimit", "content length exceeds", "nachricht zu groß",
	"nachricht ist zu groß", "message trop", "trop volumineux", "mensaje demasiado grande",
	"mensagem muito grande", "messaggio troppo grande", "слишком больш", "サイズが大きすぎ", "サイズ超過", "邮件过大",
	"attachment too large", "attachment is too",
};

static const char *const notcompliantrfc[] = {
	"messages with multiple", "duplicate header", "not rfc", "non rfc", "rfc 5322", "rfc5322", "rfc 2822",
	"rfc2822", "rfc 822", "not compliant with rfc", "not in compliance", "violates rfc", "non-compliant",
	"this message is not rfc", "missing from header", "missing header", "header missing", "headers missing",
	"multiple from", "invalid header", "bare lf", "bare newline", "bare carriage", "malformed mime",
	"multiple addresses in from", "no from header", "from header is missing", "no valid message-id", "reject, id=",
	"has no date",
};

static const char *const badreputation[] = {
	"low reputation", "poor reputation", "bad reputation", "reputation of the sending", "reputation of",
	"ip reputation", "reputation is", "reputation score", "very low", "sender reputation", "senderscore",
	"sender score", "ip has been temporarily rate limited due", "unexpected volume or user complaints",
	"temporarily deferred due to user complaints", "domain reputation", "due to its reputation", "reputation data",
	"reputation was", "schlechte reputation", "lacks a good reputation", "sending mta's poor",
};

static const char *const userunknown_named[] = {
	"recipient address rejected: access denied", "recipnotfound", "recipientnotfound",
	"recipient not found by smtp", "not listed in domino", "not listed in public",
	"recipient name is not recognized", "user doesn't have", "does not have an account", "doesn't have an account",
	"no account by", "this user doesn't", "dd this user", "invalid recipient", "invalid final delivery",
	"invalid recipient address", "adresse destinataire invalide", "adresse d au moins un", "destinataire invalide",
	"destinataire inconnu", "unknown user: ", "mailbox does not exist", "mailbox not found",
	"no mailbox here by that name", "no valid recipients", "recipient's e-mail address was not found",
	"recipient's email address wasn't", "email address you entered couldn't be found", "address couldn't be found",
	"address you sent your message to wasn't found", "wasn't found at", "no longer employed",
	"has left the company", "is not a valid email", "unknown or illegal user", "does not match any",
	"unknown to this server", "not known at this site",
};

static const char *const blocked[] = {
	"banned sending ip", "blocked using", "is blocked using", "blocked by", "blocked - see", "ip blocked",
	"ip is blocked", "ip address blocked", "ip address is blocked", "ip has been blocked",
	"ip address has been blocked", "ip address is blacklisted", "ip address blacklisted",
	"ip address black listed", "ip address is on", "ip address is listed", "ip is blacklisted", "ip blacklisted",
	"ip is in", "ip is on", "ip rejected", "ip refused", "is on a blacklist", "is on our block list",
	"on our block list", "is in a black list", "is in an rbl", "is listed in", "is listed by", "currently listed",
	"found listed", "host listed", "ip listed", "address listed", "is listed at", "is listed on", "blacklist",
	"black list", "blocklist", "block list", "blackhole", "denylist", "block-list", "dnsbl", "dnsrbl", "rbl",
	"spamhaus", "spamcop", "sorbs", "barracudacentral", "barracuda reputation", "uceprotect", "cloudmark",
	"proofpoint", "www.abuseat", "mail-abuse", "client host rejected: blocked", "client host blocked",
	"host rejected", "host is blocked", "host blocked", "host refused", "your host", "your ip address",
	"your ip is", "your ip has", "your ip", "your server", "your mail server", "your network is",
	"your network has", "your isp", "smtp server of your isp", "your internet service provider",
	"their network is on our block", "part of their network", "network is on our", "network blocked",
	"connection refused by policy", "connection rejected", "connection dropped", "connection not accepted",
	"connections not accepted", "connections from this host", "connections from", "connection refused - blocked",
	"connection from your", "connection denied", "connection blocked", "not accepting connections",
	"not accepted from", "no connections from", "no access from mail server", "no access from",
	"refused connection from", "refusing connections from", "refused to talk to me", "access from ip",
	"access denied. ip", "access denied, banned", "access denied, your", "access not allowed", "client rejected",
	"client blocked", "mail from your", "mail from @ rejected: client", "messages from your", "e-mail from your",
	"email from this ip", "mails from this ip", "email blocked", "mail server has been", "blocked for",
	"blocked from", "service refuse", "service refused", "service not available for", "not available to your",
	"temporarily blocked", "temporarily deferred", "temporarily denied", "temporarily banned", "dynamic ip",
	"dynamic address", "dynamic/residential", "dynamic or", "dialup", "dial-up", "residential ip", "generic rdns",
	"open proxy", "open relay", "server access", "server access forbidden", "access forbidden", "invalid helo",
	"helo rejected", "helo command rejected", "bad helo", "invalid ehlo", "helo name", "greeting", "fix your helo",
	"daily relay quota", "relay quota", "reached your daily", "your e-mail is redundant", "refused. your",
	"your email server", "you are not allowed to connect", "you are not allowed", "bad sender's system address",
	"sender rejected. refer to error", "sender rejected. please see", "aup#", "ausgehende ip",
	"zugriff verweigert", "adresse ip bloquée", "adresse ip refusée", "gesperrt", "ip bloqueada",
	"заблокирован ip", "ваш ip", "拒绝来自", "被列入黑名单", "address rejected by realtime", "too many bad",
	"bad connection",
};

static const char *const spamdetected[] = {
	"spam", "junk mail", "junk email", "bulk mail", "bulk email", "blacklisted url", "uribl", "surbl",
	"message content rejected", "content rejected", "content was rejected", "message rejected due to content",
	"rejected due to content", "rejected for spam", "message contents", "unsolicited", "ube", "uce",
	"this message scored", "spamassassin", "identified as", "classified as", "likely suspicious", "suspicious",
	"phishing", "high probability of", "not accepting this message because of its content",
	"message was rejected as", "mail content denied", "mail rejete", "mail rejected", "bogofilter", "rspamd",
	"message filtered out", "antispam", "anti-spam", "forged", "contenu refusé", "contenuto rifiutato", "спам",
	"迷惑メール", "垃圾邮件", "垃圾郵件", "スパム", "message was flagged", "message refused by dspam", "cyren", "vade", "gtube",
	"bulk sender", "mass mailing", "appears to be",
};

static const char *const policyviolation[] = {
	"policy reasons", "policy reason", "policy violation", "policy rejection", "policy restrictions", "policy of",
	"by policy", "local policy", "violates", "violation of", "violated", "due to policy", "against our policy",
	"against policy", "security policy", "security policies", "corporate policy", "domain policy", "site policy",
	"message policy", "sender policy", "administrative policy", "administrative prohibition",
	"administratively prohibited", "administratively denied", "attachment not allowed", "attachment type",
	"attachment blocked", "attachments are not", "file type", "forbidden attachment", "illegal attachment",
	"banned content", "banned file", "disallowed", "content presents a potential", "potential security issue",
	"potential security", "for security reasons", "security reasons", "message not accepted",
	"message not allowed", "message refused", "message rejected", "message blocked", "message was blocked",
	"message has been blocked", "email not accepted", "e-mail not accepted", "mail not accepted", "mail refused",
	"header error", "host network not allowed", "network not allowed", "denied by", "not allowed", "richtlinie",
	"stratégie", "políticas", "política", "criteri", "polityk", "политик", "ポリシー", "transport.rules",
	"delivery restrictions", "content not allowed", "url in message",
};

static const char *const rejected[] = {
	"settings for your send mail as", "send mail as", "sender address rejected", "sender rejected",
	"sender was rejected", "sender denied", "sender is denied", "sender blocked", "sender is blocked",
	"sender verify failed", "sender verification failed", "sender not", "sender domain", "sender unknown",
	"sender's address", "sender's domain", "sender address", "sender email", "sender is not", "sender invalid",
	"sender refused", "sender's e-mail", "domain of sender", "domain does not exist: @", "invalid sender",
	"invalid domain, see", "unknown sender", "unroutable sender", "unrouteable sender", "unverified sender",
	"unverifiable sender", "return path", "return address", "reverse-path", "reverse path", "mail from command",
	"mail from address", "mail from: rejected", "mail from domain", "envelope sender", "envelope from",
	"from address", "bad sender", "no such sender", "illegal sender", "domain must resolve", "no such domain",
	"not registered gateway", "not a registered gateway", "is not a registered", "rejecting mail from",
	"rejected mail from", "reject mail from", "rejected: sender", "does not accept mail from",
	"don't accept mail from", "doesn't accept mail from", "not accept mail from", "not accept messages from",
	"not accept email from", "not accepting mail from", "refused mail from", "refusing mail from",
	"refuse mail from", "refused: sender", "server rejected mail from", "can't determine purported",
	"purported responsible", "responsible address", "null sender", "empty envelope", "empty sender",
	"bounce messages", "bounces are", "backscatter", "you are not a member", "not a member", "are not member",
	"not subscribed", "members only", "member of this", "only members", "posting not allowed",
	"not allowed to post", "permission to post", "not have permission to post", "you may not have permission",
	"authorized to post", "groups.google.com", "the group you tried", "group may not exist", "restricted group",
	"moderat", "senders are not", "accept messages from", "access denied", "absender", "expéditeur", "remitente",
	"mittente", "отправител", "送信者", "寄件者", "发件人", "from @ is not",
};

static const char *const filtered[] = {
	"recipient preferences", "refused due to recipient", "due to recipient", "user reject", "user rejects",
	"user refuses", "refused by recipient", "recipient refused", "recipient refuses", "recipient has refused",
	"recipient has chosen", "recipient does not want", "rejected by the recipient", "rejected by recipient",
	"rejected by user", "rejected by a remote mail server because", "because the recipient is not accepting",
	"because the recipient is only accepting", "recipient is not accepting", "recipient is only",
	"not accept mail from you", "has blocked", "blocked you", "message filtered", "filtered by", "domain filter",
	"rejected-by-the-domain", "address whitelist", "whitelist", "permits only", "accepts mail only",
	"only accepts", "only accept", "resolver.rst.auth", "resolver.rst.notauthorized",
	"sender not authorized for this", "authorized sender", "approved senders", "受信拒否", "拒否", "rejected by filter",
	"due to extended inactivity new mail is not currently being accepted",
};

static const char *const notaccept[] = {
	"does not accept mail (nullmx)", "null mx", "nullmx", "no smtp service", "does not accept mail",
	"doesn't receive email", "does not receive email", "doesn't accept mail", "does not accept email",
	"does not accept messages", "doesn't accept email", "no mail service", "does not support mail",
	"not a mail server", "no mail server", "no mx record", "no mx records", "no mx found", "no mail exchanger",
	"couldn't find a mail exchanger", "couldn't find any mail exchanger", "could not find a mail exchanger",
	"no mx or", "mx record indicated no", "mx or srv record indicated", "no valid mx", "has no mx",
	"host/domain does not accept mail", "destination does not accept", "domain does not accept",
	"smtp protocol is not available", "not accepting network messages", "name server: host not found mx",
	"cannot find mx",
};

static const char *const networkerror[] = {
	"try again host not found", "host not found, try again", "name service error for domain",
	"name server timeout", "temporary lookup failure", "temporary name", "temporary dns",
	"temporary failure in name resolution", "temporary resolution", "dns lookup", "dns error", "dns server",
	"dns failure", "dns temporary", "dns time", "domain name server", "name server:", "name resolution",
	"host name lookup failure", "host name lookup", "host lookup did not complete", "domain lookup failure",
	"no route to host", "network is unreachable", "network unreachable", "network error", "network timeout",
	"routing loop", "mail loop", "mail loops", "mailloop", "message loop", "looping", "loop detected",
	"loop count", "loops back", "loop back", "loops to myself", "hop count", "hops exceeded", "too many hops",
	"too many received", "maximum hop", "maximum forwarding", "hop limit", "exceeded hop", "lost connection",
	"connection lost", "connection reset", "connection was dropped", "connection closed", "connection was closed",
	"connection dropped by", "connection broken", "connection interrupted", "socket closed", "host is unreachable",
	"host unreachable", "malformed or unexpected name server", "mx list points", "local address mx",
	"points back to", "back to self", "can't be reached", "no reply from", "bad dns", "dns type",
	"i wasn't able to establish an smtp connection", "wasn't able to establish", "establish an smtp",
	"unable to connect via", "could not connect and send", "smtp protocol", "protocol error", "remote protocol",
	"mail forwarding loop", "unrouteable mail loop", "4.4.6", "schleife", "boucle", "bucle", "петл",
	"no such gateway", "proxy error", "all relevant mx",
};

static const char *const hostunknown[] = {
	"host unknown", "unknown host", "unknown domain", "domain unknown", "host not found",
	"host or domain name not found", "host name not found", "hostname not found", "host name is unknown",
	"domain not found", "domain name not found", "domain is not reachable", "domain is invalid",
	"domain does not exist", "domain doesn't exist", "domain name does not exist", "domain not exist",
	"domain must exist", "domain not valid", "domain is unknown", "invalid domain", "invalid hostname",
	"illegal host", "bad destination", "bad domain", "no such host", "couldn't find any host",
	"could not find any host", "could not find host", "can't find host", "cannot find host",
	"cannot find your domain", "cannot resolve", "could not resolve", "couldn't resolve", "can't resolve",
	"unable to resolve", "unresolvable", "unrouteable address", "unrouteable domain", "unroutable domain",
	"unroutable mail domain", "unrouteable mail domain", "nxdomain", "no dns", "non-existent domain",
	"nonexistent domain", "non existent domain", "name or service not known", "nodename nor servname",
	"recipient domain must", "domain name invalid", "badly formatted or contains", "domain couldn't be found",
	"domain wasn't found", "all host address lookups failed", "lookups failed permanently", "host lookup failed",
	"host does not exist", "host doesn't exist", "no mail hosts", "mail domain mentioned in email",
	"address contained an invalid", "routing error, couldn't", "400 bad host", "unknown address in domain",
	"server unknown", "destination server for this recipient could not be found", "domäne nicht",
	"domain nicht gefunden", "domaine inconnu", "domaine introuvable", "hôte inconnu", "domaine n'existe",
	"dominio no existe", "dominio desconocido", "domínio não", "dominio inesistente", "domein onbekend",
	"домен не", "хост не найден", "ドメインが", "ホストが", "域名不存在", "找不到主机",
};

static const char *const contenterror[] = {
	"headers too large", "header too large", "header size", "header line", "header length", "media error",
	"conversion failed", "conversion not", "unsupported content", "content conversion", "invalid mime",
	"improper use of 8-bit", "8-bit data", "8bit", "8-bit characters", "message contains invalid",
	"message contains non-ascii", "invalid character", "invalid content", "illegal character",
	"message filtered. please see", "content type", "too many parts", "too many mime", "mime part", "mime error",
	"charset not", "nesting", "improperly formatted", "corrupt",
};

static const char *const mailererror[] = {
	"mailer error", "procmail", "maildrop", "pipe to", "command failed", "command died", "command output",
	"command time limit", "command rejected by", "local delivery failed", "local mailer", "process failed",
	"exit code", "exit status", "exited with", "exit 75", "terminated with", "x-unix", "unknown mailer",
	"mailer failed", "can't exec", "cannot exec", "can't create output", "cannot execute",
	"local configuration error", "child crashed", "qmail-local", "deferral: unable to", "delivery agent",
	"died with status", "returned 127", "sieve", "lmtp error", "mail filter failed", ".forward",
	"transport returned", "vacation program",
};

static const char *const systemfull[] = {
	"system full full", "mail server full", "disk full", "no space left", "filesystem full", "filesystem is full",
	"file system full", "insufficient system storage", "insufficient system resource", "insufficient system",
	"insufficient storage", "out of disk", "requested mail action not taken: insufficient",
};

static const char *const syntaxerror[] = {
	"syntax error", "malformed address", "malformed", "bad address syntax", "address syntax", "syntactically",
	"illegal address", "address is not valid syntax", "parse error", "unparseable", "command not recognized",
	"command not implemented", "command unrecognized", "unrecognized command", "unknown command",
	"improper sequence", "bad sequence", "sequence of commands", "out of sequence", "invalid command",
	"invalid argument", "unsupported parameter", "invalid parameter", "command parameter", "missing argument",
	"unbalanced", "domain literal", "address format", "bad syntax", "invalid syntax", "must provide",
};

static const char *const userunknown[] = {
	"user unknown", "unknown user", "user not found", "user not known", "user does not exist",
	"user doesn't exist", "user not exist", "user has no", "user is unknown", "user is not", "user isn't",
	"user invalid", "user cannot be found", "user mailbox not found", "user name is", "user not listed",
	"user not listed in", "user could not be found", "user was not found", "user no longer", "user rejected",
	"user account does not", "no such user", "no such a user", "no such person", "no such recipient",
	"no such address", "no such mailbox", "no such local", "no such account", "no such virtual", "no such email",
	"no such mail", "no mailbox here", "no mailbox by that", "no mailbox found", "no mailbox", "no user",
	"no account", "no valid recipient", "no recipient", "no local mailbox", "no matching", "no longer works",
	"no longer with", "no longer at", "no longer available", "no longer exists", "no longer a valid",
	"no longer in use", "no longer valid", "no one here", "not a valid user", "not a valid mailbox",
	"not a valid recipient", "not a valid email", "not a valid address", "not a known user", "not a known",
	"not a user", "not a local", "not known at this", "not known here", "not our customer", "not recognized",
	"not listed in", "not on this", "not found in directory", "not found by", "not in our", "not exist",
	"doesn't exist", "does not exist", "does not exists", "doesn't have a", "mailbox doesn't exist",
	"mailbox not exist", "mailbox unavailable", "mailbox is unavailable", "mailbox not available",
	"mailbox unknown", "mailbox invalid", "mailbox name not allowed", "mailbox for @", "mailbox @ does",
	"mailbox not known", "unknown mailbox", "unknown recipient", "unknown address", "unknown account",
	"unknown local", "unknown or illegal", "unknown e-mail", "unknown email", "unknown alias",
	"unknown destination", "unknown login", "unknown to address", "unknown virtual", "unknown: ",
	"invalid mailbox", "invalid user", "invalid address", "invalid email", "invalid e-mail", "invalid account",
	"invalid to", "illegal user", "illegal recipient", "illegal alias", "bad recipient", "bad address",
	"bad mailbox", "bad user", "bad or", "undeliverable address", "undeliverable mail address",
	"recipient not found", "recipient unknown", "recipient not known", "recipient is not",
	"recipient does not exist", "recipient doesn't exist", "recipient not exist", "recipient invalid",
	"recipient address does not", "recipient address unknown", "recipient address is", "recipient address not",
	"recipient address was", "recipient address could", "recipient no longer", "recipient not",
	"recipient cannot be", "recipient unrecognized", "recipient verify failed", "recipient could not be",
	"recipient's e-mail address was not", "recipient's mailbox is unavailable", "wasn't found",
	"couldn't be found", "could not be found", "cannot be found", "can't find", "address unknown",
	"address not found", "address does not exist", "address doesn't exist", "address is unknown",
	"address not known", "address not present", "address error", "address invalid", "address you entered couldn't",
	"address no longer", "address has been deleted", "address lookup failed", "addressee unknown",
	"account not found", "account does not exist", "account doesn't exist", "account is not", "account unknown",
	"account is unavailable", "account unavailable", "account that you tried to reach does not",
	"account not available", "account has been deleted", "account deleted", "deleted user",
	"email address does not", "e-mail address does not", "email address could not be found",
	"email address not found", "email address unknown", "email address is", "email address you",
	"email name is not found", "email not found", "mail address not", "mail receiver not found",
	"delivery to the following recipient failed because", "this address no", "this address does not",
	"this address is", "this email address", "this account does not", "name not found", "name is not recognized",
	"name not recognized", "undefined alias", "no alias", "ldap: no", "does not have an", "has no mailbox",
	"non-existent", "nonexistent", "nosuchuser", "rcpt address", "rcpt to: not", "local user", "@ rejected",
	"@ is invalid", "@ does not", "@ unknown", "@ not found", "@ is not", "@... user", "is not a valid",
	"is not a known", "is not known", "is unknown", "destinataire introuvable", "adresse inconnue",
	"adresse invalide", "utilisateur inconnu", "boîte inexistante", "n'existe pas", "benutzer unbekannt",
	"benutzer nicht", "empfänger unbekannt", "empfänger nicht", "empfaenger", "adressat unbekannt",
	"unbekannter empfänger", "unbekannter benutzer", "existiert nicht", "nicht bekannt", "nicht gefunden",
	"ungültige", "usuario desconocido", "usuario no", "destinatario desconocido", "destinatario no", "no existe",
	"dirección no", "usuário desconhecido", "usuário não", "destinatário", "não existe", "utente sconosciuto",
	"utente inesistente", "destinatario inesistente", "destinatario sconosciuto", "casella inesistente",
	"non esiste", "sconosciuto", "gebruiker onbekend", "onbekende gebruiker", "onbekend", "bestaat niet", "okänd",
	"finns inte", "ukjent", "ukendt", "tuntematon", "nieznany", "nie istnieje", "neexistuje", "neznámý",
	"ismeretlen", "utilizator necunoscut", "kullanıcı bulunamadı", "пользователь не", "нет такого",
	"не существует", "неизвестный", "адресат не", "почтовый ящик не", "宛先不明", "宛先が", "存在しません", "見つかりません", "ユーザーが",
	"用户不存在", "收件人不存在", "收件地址", "不存在", "使用者不存在", "존재하지 않", "수신자", "no relevant mailbox", "dd requested mail action",
	"delivery error: dd",
};

static const char *const securityerror[] = {
	"authentication required", "authentication is required", "authentication failed", "authentication failure",
	"smtp authentication", "smtp auth", "smtp-auth", "must authenticate", "you must authenticate",
	"authenticate before", "pop before smtp", "pop3 before", "need to authenticate", "authorization failed",
	"delivery not authorized", "not authorized", "unauthorized", "insufficient permissions", "permission denied",
	"login first", "please login", "log in first", "requires authentication", "credentials", "encryption needed",
	"encryption required", "security error", "security failure", "account not subscribed to ses",
	"email address is not verified", "not verified",
};

static const char *const systemerror[] = {
	"internal system error", "internal error", "internal server error", "internal software error",
	"system config error", "system configuration", "configuration error", "service currently unavailable",
	"service unavailable", "service is unavailable", "service temporarily unavailable", "service not available",
	"server configuration", "server is currently", "server unavailable", "server temporarily",
	"local error in processing", "local error", "local problem", "could not load", "unable to contact ldap",
	"ldap server", "ldap lookup", "database error", "database", "lookup failure", "temporary system problem",
	"temporary server", "temporary local", "temporary error", "temporarily rejected", "can't open", "cannot open",
	"can't create", "can't read", "cannot create", "cannot lock", "cannot append",
	"unable to deliver message after multiple", "out of memory", "out of resources", "resources unavailable",
	"interrupted system call", "i/o error", "file error", "processing error", "backend", "crash", "aliasing",
	"alias loop", "alias expansion", "mail server is", "recipient's mail server", "not currently accepting",
	"system not", "unexpected", "transaction failed", "software error", "technical difficulties",
	"problem occurred", "queue file write", "unable to open", "content filter", "cannot process", "stopped by",
};

static const char *const expired[] = {
	"connection timed out", "connect timed out", "connection time", "connection refused", "operation timed out",
	"conversation with", "timed out", "time out", "timeout", "timed-out", "message expired", "message timed",
	"mail expired", "queue.expired", "envelope expired", "delivery time expired", "delivery expired", "expired",
	"been in the queue too long", "in the queue too long", "queue too long", "queued too long", "in queue for too",
	"failing for a long time", "retry time not reached", "retry timeout", "retry time",
	"could not be delivered for", "could not deliver for the last", "not been delivered to",
	"not yet been delivered", "has not been delivered", "not delivered within", "within 0 days",
	"have been failing", "has been delayed", "is delayed", "was delayed", "been delayed", "delivery delayed",
	"delivery is delayed", "delayed", "delivery attempts will", "will be retried", "will continue to try",
	"will keep trying", "undelivered after", "after multiple", "unable to deliver this message after",
	"cannot send message for", "cannot send message within", "could not send message for", "could not be sent for",
	"message will be deleted", "maximum retries", "maximum time", "max retry", "too many failed delivery",
	"too old", "host not reachable", "host not responding", "not responding", "remote host is not responding",
	"did not accept our requests to connect", "server for the recipient domain did not", "socket error",
	"unable to connect", "could not connect", "couldn't connect", "cannot connect", "can't connect", "connect to",
	"temporary failure", "temporarily unavailable", "resources temporarily", "try again later", "please try again",
	"greylist", "graylist", "deferred", "timeout during", "time limit", "lifetime", "zeitüberschreitung",
	"verzögert", "expiré", "délai", "retardé", "tiempo", "demora", "scaduto", "ritardo", "vertraagd", "задерж",
	"истек", "遅延", "超时", "延迟", "延遲",
};

static const char *const onhold[] = {
	"on hold", "quarantine", "held for", "held in", "hold for", "pending review", "message held", "under review",
};

static const char *const userunknown_place[] = {
	"recipient address rejected", "recipient rejected", "address rejected",
};

static const char *const filtered_late[] = {
	"rejected by a remote mail server",
};

const struct reason_list reason_lists[] = {
	{REASON_VIRUSDETECTED, false, false, virusdetected, ARRAY_LEN(virusdetected)},
	{REASON_AUTHFAILURE, false, false, authfailure, ARRAY_LEN(authfailure)},
	{REASON_REQUIREPTR, false, false, requireptr, ARRAY_LEN(requireptr)},
	{REASON_FAILEDSTARTTLS, false, false, failedstarttls, ARRAY_LEN(failedstarttls)},
	{REASON_HASMOVED, false, false, hasmoved, ARRAY_LEN(hasmoved)},
	{REASON_NORELAYING, false, false, norelaying, ARRAY_LEN(norelaying)},
	{REASON_MAILBOXFULL, false, false, mailboxfull, ARRAY_LEN(mailboxfull)},
	{REASON_SUSPEND, false, false, suspend, ARRAY_LEN(suspend)},
	{REASON_TOOMANYCONN, true, false, toomanyconn, ARRAY_LEN(toomanyconn)},
	{REASON_SPEEDING, true, false, speeding, ARRAY_LEN(speeding)},
	{REASON_EXCEEDLIMIT, false, false, exceedlimit, ARRAY_LEN(exceedlimit)},
	{REASON_MESGTOOBIG, false, false, mesgtoobig, ARRAY_LEN(mesgtoobig)},
	{REASON_NOTCOMPLIANTRFC, false, false, notcompliantrfc, ARRAY_LEN(notcompliantrfc)},
	{REASON_BADREPUTATION, false, false, badreputation, ARRAY_LEN(badreputation)},
	{REASON_USERUNKNOWN, false, true, userunknown_named, ARRAY_LEN(userunknown_named)},
	{REASON_BLOCKED, false, false, blocked, ARRAY_LEN(blocked)},
	{REASON_SPAMDETECTED, false, false, spamdetected, ARRAY_LEN(spamdetected)},
	{REASON_POLICYVIOLATION, true, false, policyviolation, ARRAY_LEN(policyviolation)},
	{REASON_REJECTED, true, false, rejected, ARRAY_LEN(rejected)},
	{REASON_FILTERED, false, false, filtered, ARRAY_LEN(filtered)},
	{REASON_NOTACCEPT, false, false, notaccept, ARRAY_LEN(notaccept)},
	{REASON_NETWORKERROR, false, false, networkerror, ARRAY_LEN(networkerror)},
	{REASON_HOSTUNKNOWN, false, false, hostunknown, ARRAY_LEN(hostunknown)},
	{REASON_CONTENTERROR, false, false, contenterror, ARRAY_LEN(contenterror)},
	{REASON_MAILERERROR, false, false, mailererror, ARRAY_LEN(mailererror)},
	{REASON_SYSTEMFULL, false, false, systemfull, ARRAY_LEN(systemfull)},
	{REASON_SYNTAXERROR, false, false, syntaxerror, ARRAY_LEN(syntaxerror)},
	{REASON_USERUNKNOWN, true, false, userunknown, ARRAY_LEN(userunknown)},
	{REASON_SECURITYERROR, true, false, securityerror, ARRAY_LEN(securityerror)},
	{REASON_SYSTEMERROR, true, false, systemerror, ARRAY_LEN(systemerror)},
	{REASON_EXPIRED, true, false, expired, ARRAY_LEN(expired)},
	{REASON_ONHOLD, true, false, onhold, ARRAY_LEN(onhold)},
	{REASON_USERUNKNOWN, true, true, userunknown_place, ARRAY_LEN(userunknown_place)},
	{REASON_FILTERED, true, false, filtered_late, ARRAY_LEN(filtered_late)},
};
/* clang-format on */

const size_t reason_list_count = ARRAY_LEN(reason_lists);
