/* Made by `npm run types` from our OpenAPI description. Don't edit. */
export interface paths {
	"/api/v1/accounts": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List accounts */
		get: operations["listAccounts"];
		put?: never;
		/** Create an account */
		post: operations["createAccount"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/accounts/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Show an account
		 * @description Its version is the ETag: send it back with If-Match when you change it.
		 */
		get: operations["getAccount"];
		/**
		 * Replace an account
		 * @description What is left out gets its default. A secret of "********" stays what it is, but must be typed again where another server would get it.
		 */
		put: operations["putAccount"];
		post?: never;
		/**
		 * Delete an account
		 * @description Refused with 409 while another record refers to it.
		 */
		delete: operations["deleteAccount"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/accounts/{id}/history": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List the versions of an account, newest first */
		get: operations["getAccountHistory"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/accounts/{id}/pause": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Let reading and sending of an account stand still */
		post: operations["pauseAccount"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/accounts/{id}/resume": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Let an account go on, also where its provider asked to slow down */
		post: operations["resumeAccount"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/accounts/{id}/test": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/**
		 * Try an account's connections, step by step
		 * @description A line is a step as it ends (step, status, text, details, ms), what is wrong where one failed (cause, title, said, setting, cure, hints), a line of the trace, or a side's result (ok, result). For holders of accounts.manage, and for the owners of mailboxes.
		 */
		post: operations["testAccount"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/accounts/{id}/trace": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * What is said on the connections of an account: reading, sending, filing copies and asking for tokens
		 * @description Secrets are left out, and mail is cut to its size. The newest megabyte is kept, for a week behind its end.
		 */
		get: operations["getAccountTrace"];
		put?: never;
		/**
		 * Switch the trace of an account: reading, sending, filing copies and asking for tokens on for a time, or off
		 * @description Its connections are made anew, so that the log-in is seen as well. It is noted in the audit trail.
		 */
		post: operations["setAccountTrace"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/accounts/{id}/trace/transcript": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * What was said on the connections of an account: reading, sending, filing copies and asking for tokens, as a text
		 * @description Secrets are left out, and mail is cut to its size. The newest megabyte is kept, for a week behind its end.
		 */
		get: operations["getAccountTranscript"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/accounts/test": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/**
		 * Try an account that isn't stored, step by step
		 * @description A line is a step as it ends (step, status, text, details, ms), what is wrong where one failed (cause, title, said, setting, cure, hints), a line of the trace, or a side's result (ok, result). Without accounts.manage only towards the servers of known providers.
		 */
		post: operations["testUnsavedAccount"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/alerts": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List alerts */
		get: operations["listAlerts"];
		put?: never;
		/** Create an alert */
		post: operations["createAlert"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/alerts/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Show an alert
		 * @description Its version is the ETag: send it back with If-Match when you change it.
		 */
		get: operations["getAlert"];
		/**
		 * Replace an alert
		 * @description What is left out gets its default. A secret of "********" stays what it is, but must be typed again where another server would get it.
		 */
		put: operations["putAlert"];
		post?: never;
		/**
		 * Delete an alert
		 * @description Refused with 409 while another record refers to it.
		 */
		delete: operations["deleteAlert"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/alerts/{id}/history": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List the versions of an alert, newest first */
		get: operations["getAlertHistory"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/alerts/{id}/mails": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Its mails, newest first, and what became of them */
		get: operations["listAlertMails"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/alerts/{id}/state": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** How an alert stands, and what fails */
		get: operations["getAlertState"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/alerts/{id}/test": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Send a test to its receivers, at once */
		post: operations["testAlert"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/audit": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * List who changed or did what, newest first
		 * @description Every change of the set-up, and what was done with sign-ins, passwords, second factors, tokens and traces.
		 */
		get: operations["listAudit"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/authentication_profiles": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List authentication_profiles */
		get: operations["listAuthenticationProfiles"];
		put?: never;
		/** Create an authentication profile */
		post: operations["createAuthenticationProfile"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/authentication_profiles/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Show an authentication profile
		 * @description Its version is the ETag: send it back with If-Match when you change it.
		 */
		get: operations["getAuthenticationProfile"];
		/**
		 * Replace an authentication profile
		 * @description What is left out gets its default. A secret of "********" stays what it is, but must be typed again where another server would get it.
		 */
		put: operations["putAuthenticationProfile"];
		post?: never;
		/**
		 * Delete an authentication profile
		 * @description Refused with 409 while another record refers to it.
		 */
		delete: operations["deleteAuthenticationProfile"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/authentication_profiles/{id}/consent": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/**
		 * Ask the mailbox's owner for consent: the provider's address to open
		 * @description For holders of accounts.manage, and for the owners of the mailboxes that use the profile.
		 */
		post: operations["beginConsent"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/authentication_profiles/{id}/history": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List the versions of an authentication profile, newest first */
		get: operations["getAuthenticationProfileHistory"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/blocks": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List blocks */
		get: operations["listBlocks"];
		put?: never;
		/** Create a block list entry */
		post: operations["createBlock"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/blocks/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Show a block list entry
		 * @description Its version is the ETag: send it back with If-Match when you change it.
		 */
		get: operations["getBlock"];
		/**
		 * Replace a block list entry
		 * @description What is left out gets its default. A secret of "********" stays what it is, but must be typed again where another server would get it.
		 */
		put: operations["putBlock"];
		post?: never;
		/**
		 * Delete a block list entry
		 * @description Refused with 409 while another record refers to it.
		 */
		delete: operations["deleteBlock"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/blocks/{id}/history": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List the versions of a block list entry, newest first */
		get: operations["getBlockHistory"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/case_types": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List case_types */
		get: operations["listCaseTypes"];
		put?: never;
		/** Create a case type */
		post: operations["createCaseType"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/case_types/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Show a case type
		 * @description Its version is the ETag: send it back with If-Match when you change it.
		 */
		get: operations["getCaseType"];
		/**
		 * Replace a case type
		 * @description What is left out gets its default. A secret of "********" stays what it is, but must be typed again where another server would get it.
		 */
		put: operations["putCaseType"];
		post?: never;
		/**
		 * Delete a case type
		 * @description Refused with 409 while another record refers to it.
		 */
		delete: operations["deleteCaseType"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/case_types/{id}/history": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List the versions of a case type, newest first */
		get: operations["getCaseTypeHistory"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/cases": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Cases, filtered and sorted */
		get: operations["listCases"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/cases/{case}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** One case, by its number or its id */
		get: operations["getCase"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		/**
		 * Set a case's status
		 * @description With If-Match (the ETag of the case) only where it hasn't changed since: else 412.
		 */
		patch: operations["changeCase"];
		trace?: never;
	};
	"/api/v1/cases/{case}/forward": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Forward a mail of a case */
		post: operations["forwardFromCase"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/cases/{case}/messages": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** The conversation of a case, in and out in one order */
		get: operations["listMessages"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/cases/{case}/preview": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** What an answer begins with: recipients, subject, a template filled */
		post: operations["previewReply"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/cases/{case}/reply": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Answer in a case */
		post: operations["replyToCase"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/catalogue": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List the providers that accounts may name, own ones first */
		get: operations["listCatalogue"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/consent/callback": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Where the provider sends the browser back to
		 * @description A page that leads back to the Studio, where it was begun there; it says what went wrong, too.
		 */
		get: operations["finishConsent"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/desk": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** What working on cases needs of the set-up, and how many wait */
		get: operations["getDesk"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/detect": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Find the servers of an address, and the set-up for it */
		post: operations["detectServers"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/events": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * What happened, as a list or live
		 * @description With `Accept: text/event-stream` the answer is a stream of server-sent events: `data` is an event as in the list, `id` its number; `Last-Event-ID` goes on behind it. Events with a type of their own are no CloudEvents: `gap` (what came behind the number was dropped in part: `from`, `to`), `restored` (the number is beyond the newest, since the store was put back from a backup: the stream goes on behind `last`, and what was read of the store is to be read anew), `slow` (the last of a client that read nothing for a minute) and `states` (some listener or sender stands otherwise than before). In a list a number beyond the newest is refused. A list may be shorter than `limit` and still have a `next`: then it looked at many events that weren't asked for.
		 */
		get: operations["listEvents"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/expiring": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** What runs out soon: certificates, keys, secrets, consents */
		get: operations["listExpiring"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/held": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Mail that waits for a person, newest first */
		get: operations["listHeld"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/held/{row}/discard": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Throw held mail away */
		post: operations["discardHeld"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/held/{row}/release": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Let held mail pass, as if its sender had been verified */
		post: operations["releaseHeld"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/identity_providers": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List identity_providers */
		get: operations["listIdentityProviders"];
		put?: never;
		/** Create an identity provider */
		post: operations["createIdentityProvider"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/identity_providers/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Show an identity provider
		 * @description Its version is the ETag: send it back with If-Match when you change it.
		 */
		get: operations["getIdentityProvider"];
		/**
		 * Replace an identity provider
		 * @description What is left out gets its default. A secret of "********" stays what it is, but must be typed again where another server would get it.
		 */
		put: operations["putIdentityProvider"];
		post?: never;
		/**
		 * Delete an identity provider
		 * @description Refused with 409 while another record refers to it.
		 */
		delete: operations["deleteIdentityProvider"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/identity_providers/{id}/history": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List the versions of an identity provider, newest first */
		get: operations["getIdentityProviderHistory"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/ingest": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/**
		 * Hand a mail in, as a mail server does
		 * @description The same content again is one message (outcome "duplicate"): the answer names the first.
		 */
		post: operations["ingestMail"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/inlets": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List inlets */
		get: operations["listInlets"];
		put?: never;
		/** Create an inlet */
		post: operations["createInlet"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/inlets/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Show an inlet
		 * @description Its version is the ETag: send it back with If-Match when you change it.
		 */
		get: operations["getInlet"];
		/**
		 * Replace an inlet
		 * @description What is left out gets its default. A secret of "********" stays what it is, but must be typed again where another server would get it.
		 */
		put: operations["putInlet"];
		post?: never;
		/**
		 * Delete an inlet
		 * @description Refused with 409 while another record refers to it.
		 */
		delete: operations["deleteInlet"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/inlets/{id}/history": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List the versions of an inlet, newest first */
		get: operations["getInletHistory"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/inlets/{id}/trace": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * What is said on the connections of an inlet
		 * @description Secrets are left out, and mail is cut to its size. The newest megabyte is kept, for a week behind its end.
		 */
		get: operations["getInletTrace"];
		put?: never;
		/**
		 * Switch the trace of an inlet on for a time, or off
		 * @description Its connections are made anew, so that the log-in is seen as well. It is noted in the audit trail.
		 */
		post: operations["setInletTrace"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/inlets/{id}/trace/transcript": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * What was said on the connections of an inlet, as a text
		 * @description Secrets are left out, and mail is cut to its size. The newest megabyte is kept, for a week behind its end.
		 */
		get: operations["getInletTranscript"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/keystores": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List keystores */
		get: operations["listKeystores"];
		put?: never;
		/** Create a keystore */
		post: operations["createKeystore"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/keystores/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Show a keystore
		 * @description Its version is the ETag: send it back with If-Match when you change it.
		 */
		get: operations["getKeystore"];
		/**
		 * Replace a keystore
		 * @description What is left out gets its default. A secret of "********" stays what it is, but must be typed again where another server would get it.
		 */
		put: operations["putKeystore"];
		post?: never;
		/**
		 * Delete a keystore
		 * @description Refused with 409 while another record refers to it.
		 */
		delete: operations["deleteKeystore"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/keystores/{id}/entries": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** What a keystore holds: aliases, whose, until when; never a key */
		get: operations["getKeystoreEntries"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/keystores/{id}/history": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List the versions of a keystore, newest first */
		get: operations["getKeystoreHistory"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/ledger": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** What became of each message, newest first */
		get: operations["listLedger"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/ledger/{row}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** One row */
		get: operations["getLedgerRow"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/ledger/{row}/discard": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Give parked, failed or held mail up; it stays in the store */
		post: operations["discardLedgerRow"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/ledger/{row}/retry": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Handle parked or failed mail again */
		post: operations["retryLedgerRow"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/listeners": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List listeners */
		get: operations["listListeners"];
		put?: never;
		/** Create a listener */
		post: operations["createListener"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/listeners/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Show a listener
		 * @description Its version is the ETag: send it back with If-Match when you change it.
		 */
		get: operations["getListener"];
		/**
		 * Replace a listener
		 * @description What is left out gets its default. A secret of "********" stays what it is, but must be typed again where another server would get it.
		 */
		put: operations["putListener"];
		post?: never;
		/**
		 * Delete a listener
		 * @description Refused with 409 while another record refers to it.
		 */
		delete: operations["deleteListener"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/listeners/{id}/history": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List the versions of a listener, newest first */
		get: operations["getListenerHistory"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/listeners/{id}/restart": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/**
		 * Close a listener's connection and begin anew at once
		 * @description Also where it waits because its last tries failed.
		 */
		post: operations["restartListener"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/listeners/{id}/start": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Let a stopped listener go on */
		post: operations["startListener"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/listeners/{id}/state": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** How a listener stands */
		get: operations["getListenerState"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/listeners/{id}/stop": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/**
		 * Let a listener stand still until it is started
		 * @description What was read is finished first; it lasts whatever is restarted.
		 */
		post: operations["stopListener"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/listeners/{id}/trace": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * What is said on the connections of a listener
		 * @description Secrets are left out, and mail is cut to its size. The newest megabyte is kept, for a week behind its end.
		 */
		get: operations["getListenerTrace"];
		put?: never;
		/**
		 * Switch the trace of a listener on for a time, or off
		 * @description Its connections are made anew, so that the log-in is seen as well. It is noted in the audit trail.
		 */
		post: operations["setListenerTrace"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/listeners/{id}/trace/transcript": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * What was said on the connections of a listener, as a text
		 * @description Secrets are left out, and mail is cut to its size. The newest megabyte is kept, for a week behind its end.
		 */
		get: operations["getListenerTranscript"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/loops": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Conversations with machines that were stopped */
		get: operations["listLoops"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/loops/{name}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		post?: never;
		/** An address (or a case, by its number) gets automatic answers again */
		delete: operations["resetLoop"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/mail": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Write new mail, with or without a case */
		post: operations["sendMail"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/mail/preview": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** What a template makes of new mail */
		post: operations["previewMail"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/mailboxes": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** One's own mailboxes, and those that others share */
		get: operations["listMailboxes"];
		put?: never;
		/**
		 * A mailbox of one's own
		 * @description Makes an account and a listener; its mail becomes cases that nobody else sees.
		 */
		post: operations["createMailbox"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/mailboxes/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		post?: never;
		/**
		 * Take a mailbox of one's own away
		 * @description Its cases stay, and only those who see all accounts find them.
		 */
		delete: operations["deleteMailbox"];
		options?: never;
		head?: never;
		/** A new password, whom it is shared with */
		patch: operations["changeMailbox"];
		trace?: never;
	};
	"/api/v1/mailboxes/detect": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** What the mailbox of an address needs */
		post: operations["detectMailbox"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/messages/{message}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** One message */
		get: operations["getMessage"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/messages/{message}/attachments/{number}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** A file of a message */
		get: operations["getAttachment"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/messages/{message}/html": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Its HTML, safe to show in a frame
		 * @description Sanitised, with its pictures inside, under a Content-Security-Policy of its own. X-Hauspost-Blocked-Images counts the images of other servers that were left out.
		 */
		get: operations["getMessageHtml"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/messages/{message}/raw": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** The mail as it came or went */
		get: operations["getRawMessage"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/messages/{message}/why": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Why it is in its case, and why it was answered or not */
		get: operations["getMessageDecisions"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/openapi.json": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** This description of the API */
		get: operations["getOpenapi"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/operators": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List operators */
		get: operations["listOperators"];
		put?: never;
		/** Create an operator */
		post: operations["createOperator"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/operators/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Show an operator
		 * @description Its version is the ETag: send it back with If-Match when you change it.
		 */
		get: operations["getOperator"];
		/**
		 * Replace an operator
		 * @description What is left out gets its default. A secret of "********" stays what it is, but must be typed again where another server would get it.
		 */
		put: operations["putOperator"];
		post?: never;
		/**
		 * Delete an operator
		 * @description Refused with 409 while another record refers to it.
		 */
		delete: operations["deleteOperator"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/operators/{id}/history": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List the versions of an operator, newest first */
		get: operations["getOperatorHistory"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/operators/{id}/invitation": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/**
		 * A link by which the operator sets a password
		 * @description Any earlier link of the operator ends.
		 */
		post: operations["inviteOperator"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/operators/{id}/second-factor": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		post?: never;
		/** Let an operator sign in without the second factor */
		delete: operations["removeOperatorsFactor"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/operators/{id}/sessions": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		post?: never;
		/** End all sessions of an operator */
		delete: operations["signOutOperator"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/outbox": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** The outbox, newest first */
		get: operations["listOutbox"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/outbox/{row}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** One row, with the answer for each recipient */
		get: operations["getOutboxRow"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/outbox/{row}/cancel": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/**
		 * Don't send it
		 * @description Without outbox.manage: what one wrote oneself and may send for its account, while it waits (queued, later).
		 */
		post: operations["cancelOutboxRow"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/outbox/{row}/retry": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Send it once more to those who don't have it: it may arrive twice */
		post: operations["retryOutboxRow"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/providers": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List providers */
		get: operations["listProviders"];
		put?: never;
		/** Create a provider */
		post: operations["createProvider"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/providers/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Show a provider
		 * @description Its version is the ETag: send it back with If-Match when you change it.
		 */
		get: operations["getProvider"];
		/**
		 * Replace a provider
		 * @description What is left out gets its default. A secret of "********" stays what it is, but must be typed again where another server would get it.
		 */
		put: operations["putProvider"];
		post?: never;
		/**
		 * Delete a provider
		 * @description Refused with 409 while another record refers to it.
		 */
		delete: operations["deleteProvider"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/providers/{id}/history": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List the versions of a provider, newest first */
		get: operations["getProviderHistory"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/providers/{id}/logo": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** A provider's logo: PNG, JPEG or an SVG that only draws */
		get: operations["getProviderLogo"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/rights": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** The rights there are */
		get: operations["listRights"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/roles": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** The roles there are, with their rights */
		get: operations["listRoles"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/rules": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List rules */
		get: operations["listRules"];
		put?: never;
		/** Create a service rule */
		post: operations["createRule"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/rules/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Show a service rule
		 * @description Its version is the ETag: send it back with If-Match when you change it.
		 */
		get: operations["getRule"];
		/**
		 * Replace a service rule
		 * @description What is left out gets its default. A secret of "********" stays what it is, but must be typed again where another server would get it.
		 */
		put: operations["putRule"];
		post?: never;
		/**
		 * Delete a service rule
		 * @description Refused with 409 while another record refers to it.
		 */
		delete: operations["deleteRule"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/rules/{id}/history": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List the versions of a service rule, newest first */
		get: operations["getRuleHistory"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/rules/try": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/**
		 * What would become of a mail by a rule, and why; nothing is kept
		 * @description The mail is typed, uploaded or a stored one; the rule is stored or a form's. It goes the whole way of a mail that arrives: classified, brought to its case, by the rule to its activity and answer.
		 */
		post: operations["tryRule"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/search": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Full-text search over messages and cases
		 * @description The newest 500 that fit are ranked, the best first. Accents and capitals don't matter. New mail is found about a second after it came.
		 */
		get: operations["search"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/session": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Who is signed in, and what that allows */
		get: operations["getSession"];
		put?: never;
		/**
		 * Sign in with a password
		 * @description Sets the session's cookie. 401 with path `code`: the password is right, and the code of the second factor is missing or wrong. 429: too many failures; Retry-After says for how long.
		 */
		post: operations["signIn"];
		/** Sign out */
		delete: operations["signOut"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/session/oidc": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** To an identity provider, to sign in there */
		get: operations["signInElsewhere"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/session/oidc/callback": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Back from the identity provider
		 * @description Goes on to the Studio: `#/` signed in, `#/sign-in?failed=` unknown (no operator is that user), provider (it says no, or can't be believed) or state (not begun in this browser).
		 */
		get: operations["signInCallback"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/session/password": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/**
		 * Change one's password
		 * @description All other sessions end.
		 */
		post: operations["changePassword"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/session/second-factor": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/**
		 * Begin with a second factor, and confirm it
		 * @description Without `code`: a new key, which counts as soon as one of its codes was sent in a second call. That answers with recovery codes, shown this once; all other sessions end.
		 */
		post: operations["setSecondFactor"];
		/**
		 * Sign in without it again
		 * @description `code` is one that the authenticator shows now, or a recovery code.
		 */
		delete: operations["removeSecondFactor"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/session/setup": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/**
		 * Set a password by a one-time link, and sign in
		 * @description The link is `/#/setup/TOKEN`. That of the first administrator, which `hauspost serve` prints, makes the operator as well. Where there is a second factor, the answer is 400 with the path `code` until one is sent; the link stays good.
		 */
		post: operations["useLink"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/session/setup/check": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** What a one-time link is for */
		post: operations["checkLink"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/sessions": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Where one is signed in */
		get: operations["listSessions"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/sessions/{session}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		post?: never;
		/** End one of one's sessions */
		delete: operations["endSession"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/setup": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Take over a set-up file (YAML or JSON), all of it or nothing */
		post: operations["applySetup"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/setup.yaml": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** The whole set-up as a file that can be applied */
		get: operations["exportSetup"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/sign_ins": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Sign-ins, failures, and what was done to credentials, the newest first */
		get: operations["listSignIns"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/statistics": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Counts over time, for charts */
		get: operations["getStatistics"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/status": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Whether mail flows, and why not */
		get: operations["getStatus"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/suppressions": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Addresses that get no mail, the newest first */
		get: operations["listSuppressions"];
		put?: never;
		/** An address is to get no mail */
		post: operations["addSuppression"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/suppressions/{address}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		post?: never;
		/** An address may get mail again */
		delete: operations["removeSuppression"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/templates": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List templates */
		get: operations["listTemplates"];
		put?: never;
		/** Create a template */
		post: operations["createTemplate"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/templates/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Show a template
		 * @description Its version is the ETag: send it back with If-Match when you change it.
		 */
		get: operations["getTemplate"];
		/**
		 * Replace a template
		 * @description What is left out gets its default. A secret of "********" stays what it is, but must be typed again where another server would get it.
		 */
		put: operations["putTemplate"];
		post?: never;
		/**
		 * Delete a template
		 * @description Refused with 409 while another record refers to it.
		 */
		delete: operations["deleteTemplate"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/templates/{id}/history": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List the versions of a template, newest first */
		get: operations["getTemplateHistory"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/tokens": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** API tokens, the newest first */
		get: operations["listTokens"];
		put?: never;
		/**
		 * A new token, shown this once
		 * @description It may do what it names, of what its maker may do, and never more than its operator may at that moment.
		 */
		post: operations["createToken"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/tokens/{token}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		post?: never;
		/** End a token */
		delete: operations["revokeToken"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/webhooks": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List webhooks */
		get: operations["listWebhooks"];
		put?: never;
		/** Create a webhook */
		post: operations["createWebhook"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/webhooks/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Show a webhook
		 * @description Its version is the ETag: send it back with If-Match when you change it.
		 */
		get: operations["getWebhook"];
		/**
		 * Replace a webhook
		 * @description What is left out gets its default. A secret of "********" stays what it is, but must be typed again where another server would get it.
		 */
		put: operations["putWebhook"];
		post?: never;
		/**
		 * Delete a webhook
		 * @description Refused with 409 while another record refers to it.
		 */
		delete: operations["deleteWebhook"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/webhooks/{id}/deliveries": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** What was delivered, newest first */
		get: operations["listWebhookDeliveries"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/webhooks/{id}/deliveries/{delivery}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** One delivery with its tries */
		get: operations["getWebhookDelivery"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/webhooks/{id}/deliveries/{delivery}/replay": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Send it again */
		post: operations["replayWebhookDelivery"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/webhooks/{id}/history": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** List the versions of a webhook, newest first */
		get: operations["getWebhookHistory"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/webhooks/{id}/replay": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Send again what failed, or all, behind an event */
		post: operations["replayWebhook"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/webhooks/{id}/rotate": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Give it a new secret; the old one signs for another day */
		post: operations["rotateWebhookSecret"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/webhooks/{id}/state": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** How a webhook stands */
		get: operations["getWebhookState"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/api/v1/webhooks/{id}/test": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Send it an event of kind webhook.test */
		post: operations["testWebhook"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/healthz": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Whether the process lives */
		get: operations["getHealth"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/metrics": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Metrics for Prometheus */
		get: operations["getMetrics"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/readyz": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Whether it can work: store, schema, committer, listeners
		 * @description Status 503 where the store can't be reached, is of another version, or nothing can be committed. Listeners that fail are told with status 200.
		 */
		get: operations["getReadiness"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
}
export type webhooks = Record<string, never>;
export interface components {
	schemas: {
		/** Account */
		Account: {
			/** Account ID */
			id: string;
			/** Account name */
			name: string;
			/**
			 * Owner
			 * @description The operator whose personal mailbox it is, and nobody else's unless shared; empty: nobody's
			 */
			owner: string;
			/**
			 * Provider
			 * @description Empty: everything about the servers is said here
			 */
			provider: string;
			/** Receiver */
			receive: {
				/**
				 * Advanced settings
				 * @description Keys and values: docs/advanced-settings.md
				 */
				advanced: {
					[key: string]: string;
				};
				/**
				 * Allow the password over plain text
				 * @description Insecure: anybody on the way can read the password
				 */
				allow_insecure_login: boolean;
				/**
				 * Disabled mechanisms
				 * @description Ways to log in that are not to be used although the server offers them: PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256 …; COMMAND is the protocol's own
				 */
				disabled_mechanisms: string[];
				/** Receive mail */
				enabled: boolean;
				/**
				 * Server
				 * @description Empty: the provider's
				 */
				host: string;
				/**
				 * Password
				 * @enum {string}
				 */
				password: "" | "********";
				/**
				 * Path
				 * @description With protocol maildir: the Maildir on this machine, such as /var/mail/support
				 */
				path: string;
				/**
				 * Port
				 * @description 0: the provider's, else by security: 993 for tls, 143 otherwise; with POP3 995 and 110
				 */
				port: number;
				/**
				 * Authentication profile
				 * @description OAuth 2.0 tokens instead of a password
				 */
				profile: string;
				/**
				 * Protocol
				 * @enum {string}
				 */
				protocol: "imap" | "pop3" | "graph" | "maildir";
				/**
				 * Connection security
				 * @description Left out, starttls with port 143 or 110. Where no server is given here, the provider's counts
				 * @enum {string}
				 */
				security: "none" | "starttls" | "tls";
				/** S/MIME of incoming mail */
				smime: {
					/**
					 * Keystore
					 * @description Whose keys decrypt mail; empty: encrypted mail stays closed
					 */
					keystore: string;
					/**
					 * Truststore
					 * @description The keystore with the CA certificates that signatures are checked against; empty: those of the system
					 */
					truststore: string;
				};
				/**
				 * Time-out
				 * @description Seconds without an answer before the connection is given up
				 */
				timeout_s: number;
				/** TLS */
				tls: {
					/**
					 * Lowest TLS version
					 * @enum {string}
					 */
					lowest: "1.0" | "1.1" | "1.2" | "1.3";
					/**
					 * CA certificates
					 * @description The path of a PEM file, or the id of a keystore; empty: those of the system
					 */
					truststore: string;
					/**
					 * Verify the server's certificate
					 * @description Without it anybody on the way can read along and change mail
					 */
					verify: boolean;
				};
				/**
				 * Use sender's ID and password
				 * @description And its authentication profile
				 */
				use_sender_login: boolean;
				/**
				 * User ID
				 * @description Empty: by the provider's rule
				 */
				user: string;
			};
			/** Sender */
			send: {
				/**
				 * Address
				 * @description The address mail is sent from
				 */
				address: string;
				/**
				 * Advanced settings
				 * @description Keys and values: docs/advanced-settings.md
				 */
				advanced: {
					[key: string]: string;
				};
				/**
				 * Aliases
				 * @description Further addresses whose mail comes to this mailbox; answers go out from the one that was written to
				 */
				aliases: string[];
				/**
				 * Allow the password over plain text
				 * @description Insecure: anybody on the way can read the password
				 */
				allow_insecure_login: boolean;
				/**
				 * Envelope sender of automatic answers
				 * @description address: ours, so that reports come back and dead addresses are noticed; none: nobody, so that nothing can answer them (many submission servers refuse it)
				 * @enum {string}
				 */
				answer_envelope: "address" | "none";
				/**
				 * Automatic answers per hour
				 * @description At most so many go out to one address in an hour
				 */
				answers_per_hour: number;
				/**
				 * Disabled mechanisms
				 * @description Ways to log in that are not to be used although the server offers them: PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256 …; COMMAND is the protocol's own
				 */
				disabled_mechanisms: string[];
				/**
				 * Display name
				 * @description What recipients see beside the address
				 */
				display_name: string;
				/** DKIM signature */
				dkim: {
					/**
					 * Alias
					 * @description The key in it; empty: the first
					 */
					alias: string;
					/**
					 * Domain
					 * @description Empty: that of the address
					 */
					domain: string;
					/**
					 * Private key
					 * @description In PEM, instead of a keystore
					 * @enum {string}
					 */
					key: "" | "********";
					/**
					 * Keystore
					 * @description Whose key signs, RSA or Ed25519
					 */
					keystore: string;
					/**
					 * Selector
					 * @description The key's name in DNS: SELECTOR._domainkey.DOMAIN; empty: we don't sign (most providers do)
					 */
					selector: string;
				};
				/** Send mail */
				enabled: boolean;
				/**
				 * Name in EHLO
				 * @description Empty: the name of this machine
				 */
				helo_name: string;
				/**
				 * Server
				 * @description Empty: the provider's
				 */
				host: string;
				/**
				 * Password
				 * @enum {string}
				 */
				password: "" | "********";
				/**
				 * Port
				 * @description 0: the provider's, else by security: 587 for starttls, 465 for tls, 25 for none
				 */
				port: number;
				/**
				 * Authentication profile
				 * @description OAuth 2.0 tokens instead of a password
				 */
				profile: string;
				/**
				 * Protocol
				 * @enum {string}
				 */
				protocol: "smtp" | "graph";
				/**
				 * Reference line
				 * @description A short line at the end of our mails, by which answers find their case where the provider changes Message-IDs
				 */
				reference_line: boolean;
				/**
				 * Reply-to address
				 * @description Where answers shall go; empty: to the address
				 */
				reply_to: string;
				/**
				 * Token in Reply-To
				 * @description plus: answers go to name+TOKEN@domain, which leads them to their case whatever else was lost; the mail server must deliver such addresses to the mailbox
				 * @enum {string}
				 */
				reply_token: "off" | "plus";
				/**
				 * Connection security
				 * @description Left out, tls with port 465. Where no server is given here, the provider's counts
				 * @enum {string}
				 */
				security: "none" | "starttls" | "tls";
				/**
				 * Copy of sent mail
				 * @description off; auto: in the mailbox's Sent folder, unless the provider files it itself; else a folder, named as a listener's is. Filed over IMAP
				 */
				sent_copy: string;
				/** S/MIME of outgoing mail */
				smime: {
					/**
					 * Alias
					 * @description The key in it; empty: the first whose certificate names the address
					 */
					alias: string;
					/**
					 * Cipher
					 * @description aes-256-gcm shows every change, but not all mail programs read it
					 * @enum {string}
					 */
					cipher: "aes-256-cbc" | "aes-256-gcm";
					/**
					 * Encrypt
					 * @description when-possible: where there is a certificate for every recipient; required: mail without it isn't sent
					 * @enum {string}
					 */
					encrypt: "never" | "when-possible" | "required";
					/**
					 * Keystore
					 * @description Whose key signs; empty: nothing is signed
					 */
					keystore: string;
					/**
					 * Sign
					 * @description Every mail, where there is a keystore. What can't be signed isn't sent
					 */
					sign: boolean;
				};
				/**
				 * Time-out
				 * @description Seconds without an answer before the connection is given up; 0: the provider's, else 40
				 */
				timeout_s: number;
				/** TLS */
				tls: {
					/**
					 * Lowest TLS version
					 * @enum {string}
					 */
					lowest: "1.0" | "1.1" | "1.2" | "1.3";
					/**
					 * CA certificates
					 * @description The path of a PEM file, or the id of a keystore; empty: those of the system
					 */
					truststore: string;
					/**
					 * Verify the server's certificate
					 * @description Without it anybody on the way can read along and change mail
					 */
					verify: boolean;
				};
				/**
				 * User ID
				 * @description Empty: by the provider's rule, else no login
				 */
				user: string;
			};
			/**
			 * Shared with
			 * @description Operators and roles that may read its mail, send as it, change it
			 */
			shares: {
				/** Change it */
				manage: boolean;
				/** Operator */
				operator: string;
				/**
				 * Role
				 * @description Instead of an operator: everybody who has it
				 */
				role: string;
				/** Send as it */
				send: boolean;
			}[];
		};
		/**
		 * Account
		 * @example {
		 *       "id": "support",
		 *       "name": "Support",
		 *       "send": {
		 *         "address": "support@example.com",
		 *         "display_name": "Example Support",
		 *         "host": "smtp.example.com",
		 *         "port": 465,
		 *         "security": "tls",
		 *         "user": "support@example.com",
		 *         "password": "the mailbox's password"
		 *       },
		 *       "receive": {
		 *         "host": "imap.example.com",
		 *         "port": 993,
		 *         "security": "tls",
		 *         "use_sender_login": true
		 *       }
		 *     }
		 */
		AccountInput: {
			/** Account ID */
			id: string;
			/**
			 * Account name
			 * @default
			 */
			name?: string;
			/**
			 * Owner
			 * @description The operator whose personal mailbox it is, and nobody else's unless shared; empty: nobody's
			 * @default
			 * @example anna
			 */
			owner?: string;
			/**
			 * Provider
			 * @description Empty: everything about the servers is said here
			 * @default
			 */
			provider?: string;
			/** Receiver */
			receive?: {
				/**
				 * Advanced settings
				 * @description Keys and values: docs/advanced-settings.md
				 */
				advanced?: {
					[key: string]: string;
				};
				/**
				 * Allow the password over plain text
				 * @description Insecure: anybody on the way can read the password
				 * @default false
				 */
				allow_insecure_login?: boolean;
				/**
				 * Disabled mechanisms
				 * @description Ways to log in that are not to be used although the server offers them: PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256 …; COMMAND is the protocol's own
				 * @example [
				 *       "PLAIN"
				 *     ]
				 */
				disabled_mechanisms?: string[];
				/**
				 * Receive mail
				 * @default true
				 */
				enabled?: boolean;
				/**
				 * Server
				 * @description Empty: the provider's
				 * @default
				 * @example imap.example.com
				 */
				host?: string;
				/** Password */
				password?: string;
				/**
				 * Path
				 * @description With protocol maildir: the Maildir on this machine, such as /var/mail/support
				 * @default
				 * @example /var/mail/support
				 */
				path?: string;
				/**
				 * Port
				 * @description 0: the provider's, else by security: 993 for tls, 143 otherwise; with POP3 995 and 110
				 * @default 0
				 */
				port?: number | unknown | 0;
				/**
				 * Authentication profile
				 * @description OAuth 2.0 tokens instead of a password
				 * @default
				 */
				profile?: string;
				/**
				 * Protocol
				 * @default imap
				 * @enum {string}
				 */
				protocol?: "imap" | "pop3" | "graph" | "maildir";
				/**
				 * Connection security
				 * @description Left out, starttls with port 143 or 110. Where no server is given here, the provider's counts
				 * @default tls
				 * @enum {string}
				 */
				security?: "none" | "starttls" | "tls";
				/** S/MIME of incoming mail */
				smime?: {
					/**
					 * Keystore
					 * @description Whose keys decrypt mail; empty: encrypted mail stays closed
					 * @default
					 */
					keystore?: string;
					/**
					 * Truststore
					 * @description The keystore with the CA certificates that signatures are checked against; empty: those of the system
					 * @default
					 */
					truststore?: string;
				};
				/**
				 * Time-out
				 * @description Seconds without an answer before the connection is given up
				 * @default 60
				 */
				timeout_s?: number;
				/** TLS */
				tls?: {
					/**
					 * Lowest TLS version
					 * @default 1.2
					 * @enum {string}
					 */
					lowest?: "1.0" | "1.1" | "1.2" | "1.3";
					/**
					 * CA certificates
					 * @description The path of a PEM file, or the id of a keystore; empty: those of the system
					 * @default
					 * @example /etc/ssl/certs/ca-certificates.crt
					 */
					truststore?: string;
					/**
					 * Verify the server's certificate
					 * @description Without it anybody on the way can read along and change mail
					 * @default true
					 */
					verify?: boolean;
				};
				/**
				 * Use sender's ID and password
				 * @description And its authentication profile
				 * @default false
				 */
				use_sender_login?: boolean;
				/**
				 * User ID
				 * @description Empty: by the provider's rule
				 * @default
				 */
				user?: string;
			};
			/** Sender */
			send?: {
				/**
				 * Address
				 * @description The address mail is sent from
				 * @default
				 * @example support@example.com
				 */
				address?: string;
				/**
				 * Advanced settings
				 * @description Keys and values: docs/advanced-settings.md
				 */
				advanced?: {
					[key: string]: string;
				};
				/**
				 * Aliases
				 * @description Further addresses whose mail comes to this mailbox; answers go out from the one that was written to
				 * @example [
				 *       "help@example.com"
				 *     ]
				 */
				aliases?: string[];
				/**
				 * Allow the password over plain text
				 * @description Insecure: anybody on the way can read the password
				 * @default false
				 */
				allow_insecure_login?: boolean;
				/**
				 * Envelope sender of automatic answers
				 * @description address: ours, so that reports come back and dead addresses are noticed; none: nobody, so that nothing can answer them (many submission servers refuse it)
				 * @default address
				 * @enum {string}
				 */
				answer_envelope?: "address" | "none";
				/**
				 * Automatic answers per hour
				 * @description At most so many go out to one address in an hour
				 * @default 3
				 */
				answers_per_hour?: number;
				/**
				 * Disabled mechanisms
				 * @description Ways to log in that are not to be used although the server offers them: PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256 …; COMMAND is the protocol's own
				 * @example [
				 *       "PLAIN"
				 *     ]
				 */
				disabled_mechanisms?: string[];
				/**
				 * Display name
				 * @description What recipients see beside the address
				 * @default
				 */
				display_name?: string;
				/** DKIM signature */
				dkim?: {
					/**
					 * Alias
					 * @description The key in it; empty: the first
					 * @default
					 */
					alias?: string;
					/**
					 * Domain
					 * @description Empty: that of the address
					 * @default
					 * @example example.com
					 */
					domain?: string;
					/**
					 * Private key
					 * @description In PEM, instead of a keystore
					 */
					key?: string;
					/**
					 * Keystore
					 * @description Whose key signs, RSA or Ed25519
					 * @default
					 */
					keystore?: string;
					/**
					 * Selector
					 * @description The key's name in DNS: SELECTOR._domainkey.DOMAIN; empty: we don't sign (most providers do)
					 * @default
					 */
					selector?: string;
				};
				/**
				 * Send mail
				 * @default true
				 */
				enabled?: boolean;
				/**
				 * Name in EHLO
				 * @description Empty: the name of this machine
				 * @default
				 * @example mail.example.com
				 */
				helo_name?: string;
				/**
				 * Server
				 * @description Empty: the provider's
				 * @default
				 * @example smtp.example.com
				 */
				host?: string;
				/** Password */
				password?: string;
				/**
				 * Port
				 * @description 0: the provider's, else by security: 587 for starttls, 465 for tls, 25 for none
				 * @default 0
				 */
				port?: number | unknown | 0;
				/**
				 * Authentication profile
				 * @description OAuth 2.0 tokens instead of a password
				 * @default
				 */
				profile?: string;
				/**
				 * Protocol
				 * @default smtp
				 * @enum {string}
				 */
				protocol?: "smtp" | "graph";
				/**
				 * Reference line
				 * @description A short line at the end of our mails, by which answers find their case where the provider changes Message-IDs
				 * @default false
				 */
				reference_line?: boolean;
				/**
				 * Reply-to address
				 * @description Where answers shall go; empty: to the address
				 * @default
				 * @example support@example.com
				 */
				reply_to?: string;
				/**
				 * Token in Reply-To
				 * @description plus: answers go to name+TOKEN@domain, which leads them to their case whatever else was lost; the mail server must deliver such addresses to the mailbox
				 * @default off
				 * @enum {string}
				 */
				reply_token?: "off" | "plus";
				/**
				 * Connection security
				 * @description Left out, tls with port 465. Where no server is given here, the provider's counts
				 * @default starttls
				 * @enum {string}
				 */
				security?: "none" | "starttls" | "tls";
				/**
				 * Copy of sent mail
				 * @description off; auto: in the mailbox's Sent folder, unless the provider files it itself; else a folder, named as a listener's is. Filed over IMAP
				 * @default off
				 */
				sent_copy?: string;
				/** S/MIME of outgoing mail */
				smime?: {
					/**
					 * Alias
					 * @description The key in it; empty: the first whose certificate names the address
					 * @default
					 */
					alias?: string;
					/**
					 * Cipher
					 * @description aes-256-gcm shows every change, but not all mail programs read it
					 * @default aes-256-cbc
					 * @enum {string}
					 */
					cipher?: "aes-256-cbc" | "aes-256-gcm";
					/**
					 * Encrypt
					 * @description when-possible: where there is a certificate for every recipient; required: mail without it isn't sent
					 * @default never
					 * @enum {string}
					 */
					encrypt?: "never" | "when-possible" | "required";
					/**
					 * Keystore
					 * @description Whose key signs; empty: nothing is signed
					 * @default
					 */
					keystore?: string;
					/**
					 * Sign
					 * @description Every mail, where there is a keystore. What can't be signed isn't sent
					 * @default true
					 */
					sign?: boolean;
				};
				/**
				 * Time-out
				 * @description Seconds without an answer before the connection is given up; 0: the provider's, else 40
				 * @default 0
				 */
				timeout_s?: number;
				/** TLS */
				tls?: {
					/**
					 * Lowest TLS version
					 * @default 1.2
					 * @enum {string}
					 */
					lowest?: "1.0" | "1.1" | "1.2" | "1.3";
					/**
					 * CA certificates
					 * @description The path of a PEM file, or the id of a keystore; empty: those of the system
					 * @default
					 * @example /etc/ssl/certs/ca-certificates.crt
					 */
					truststore?: string;
					/**
					 * Verify the server's certificate
					 * @description Without it anybody on the way can read along and change mail
					 * @default true
					 */
					verify?: boolean;
				};
				/**
				 * User ID
				 * @description Empty: by the provider's rule, else no login
				 * @default
				 */
				user?: string;
			};
			/**
			 * Shared with
			 * @description Operators and roles that may read its mail, send as it, change it
			 */
			shares?: {
				/**
				 * Change it
				 * @default false
				 */
				manage?: boolean;
				/**
				 * Operator
				 * @default
				 * @example anna
				 */
				operator?: string;
				/**
				 * Role
				 * @description Instead of an operator: everybody who has it
				 * @default
				 * @example agent
				 */
				role?: string;
				/**
				 * Send as it
				 * @default false
				 */
				send?: boolean;
			}[];
		};
		/** Test of an account */
		AccountTestInput: {
			/**
			 * Send to
			 * @description Really send a mail to this address; empty: none
			 * @default
			 * @example anna@example.com
			 */
			send_to?: string;
			/**
			 * Side
			 * @description both, as far as they are set up
			 * @default both
			 * @enum {string}
			 */
			side?: "both" | "sender" | "receiver";
			/**
			 * Trace
			 * @description Tell what client and server say, secrets blanked
			 * @default false
			 */
			trace?: boolean;
		};
		/** Alert */
		Alert: {
			/**
			 * Sent by
			 * @description The account that sends it
			 */
			account: string;
			/**
			 * Accounts
			 * @description Only what concerns these; none: all but personal mailboxes, and what concerns no account
			 */
			accounts: string[];
			/** Enabled */
			enabled: boolean;
			/**
			 * Events
			 * @description Kinds: listener.failed, outbox.*; none: what needs a person (docs/events.md lists it). Not message.filed, which an alert's own mail can cause
			 */
			events: string[];
			/** Alert ID */
			id: string;
			/**
			 * Interval
			 * @description Minutes between two mails: the first comes at once, what happens meanwhile comes together
			 */
			interval_minutes: number;
			/** Name */
			name: string;
			/**
			 * Otherwise by
			 * @description The account that sends it while the first can't; without one the mail waits until it can
			 */
			other_account: string;
			/**
			 * Tell of recoveries
			 * @description Another mail when what failed works again
			 */
			recovered: boolean;
			/**
			 * To
			 * @description Who gets the mail
			 */
			to: string[];
		};
		/**
		 * Alert
		 * @example {
		 *       "id": "admin",
		 *       "to": [
		 *         "admin@example.com"
		 *       ],
		 *       "account": "support"
		 *     }
		 */
		AlertInput: {
			/**
			 * Sent by
			 * @description The account that sends it
			 */
			account: string;
			/**
			 * Accounts
			 * @description Only what concerns these; none: all but personal mailboxes, and what concerns no account
			 * @example [
			 *       "support"
			 *     ]
			 */
			accounts?: string[];
			/**
			 * Enabled
			 * @default true
			 */
			enabled?: boolean;
			/**
			 * Events
			 * @description Kinds: listener.failed, outbox.*; none: what needs a person (docs/events.md lists it). Not message.filed, which an alert's own mail can cause
			 * @example [
			 *       "listener.*"
			 *     ]
			 */
			events?: string[];
			/** Alert ID */
			id: string;
			/**
			 * Interval
			 * @description Minutes between two mails: the first comes at once, what happens meanwhile comes together
			 * @default 15
			 */
			interval_minutes?: number;
			/**
			 * Name
			 * @default
			 */
			name?: string;
			/**
			 * Otherwise by
			 * @description The account that sends it while the first can't; without one the mail waits until it can
			 * @default
			 */
			other_account?: string;
			/**
			 * Tell of recoveries
			 * @description Another mail when what failed works again
			 * @default true
			 */
			recovered?: boolean;
			/**
			 * To
			 * @description Who gets the mail
			 * @example [
			 *       "admin@example.com"
			 *     ]
			 */
			to: string[];
		};
		/** How an alert stands */
		AlertState: {
			/** Enabled */
			enabled: boolean;
			/**
			 * What fails now
			 * @description Of what it tells of, longest first; the first hundred
			 */
			failing: {
				/**
				 * Kind of event
				 * @description That told of it: listener.failed
				 */
				kind: string;
				/**
				 * Since
				 * Format: date-time
				 */
				since: string | null;
				/**
				 * What fails
				 * @description The listener, account or inlet
				 */
				subject: string;
			}[];
			/** Alert ID */
			id: string;
			/**
			 * Last mail
			 * Format: date-time
			 */
			mailed_at: string | null;
			/** Mails so far */
			mails: number;
			/**
			 * Next mail
			 * Format: date-time
			 * @description Not before; null where nothing waits
			 */
			next_at: string | null;
			/**
			 * Sent by now
			 * @description The account that takes the mail at the moment
			 */
			sender: string;
			/**
			 * It can't send
			 * @description Mail waits until it works again
			 */
			sender_fails: boolean;
			/**
			 * Waiting
			 * @description What is told with the next mail
			 */
			waiting: number;
			/**
			 * What it tells of
			 * @description Kinds of events; ends of failures are told beside them
			 */
			watches: string[];
		};
		/** What was applied */
		Applied: {
			/** Records that differ */
			changed: number;
			/**
			 * Dry run
			 * @description Nothing was stored
			 */
			dry_run: boolean;
			/**
			 * Report
			 * @description Record by record, with differences and warnings
			 */
			report: string[];
		};
		/** Audit entry */
		AuditEntry: {
			/**
			 * What was done
			 * @description created, changed, deleted; sign-in, sign-in.failed …
			 */
			action: string;
			/**
			 * From
			 * @description Where the request came from
			 */
			address: string;
			/**
			 * When
			 * Format: date-time
			 */
			at: string;
			/** Author */
			author: string;
			/**
			 * Changes
			 * @description One line for each field, before and after; never a secret
			 */
			changes: string[];
			/** Detail */
			detail: string;
			/** ID */
			id: string;
			/**
			 * Kind
			 * @description Of what it is about: account, listener, operator, tokens …
			 */
			kind: string;
			/**
			 * Version
			 * @description Of the record; 0: it isn't about one
			 */
			revision: number;
		};
		/** Authentication profile */
		AuthenticationProfile: {
			/**
			 * Endpoint in a private network
			 * @description Permits an endpoint with a private or loopback address
			 */
			allow_private_network: boolean;
			/**
			 * Audience
			 * @description Sent as audience; jwt-bearer: the assertion's aud, else the token endpoint
			 */
			audience: string;
			/**
			 * Authorization endpoint
			 * @description Where a person consents; empty: the template's
			 */
			authorization_endpoint: string;
			/**
			 * Client authentication
			 * @description post and basic send the client secret, in the request or as HTTP Basic; certificate signs with a keystore's key
			 * @enum {string}
			 */
			client_authentication: "post" | "basic" | "certificate" | "none";
			/** Client ID */
			client_id: string;
			/**
			 * Client secret
			 * @enum {string}
			 */
			client_secret: "" | "********";
			/**
			 * Grant
			 * @description Where tokens come from; authorization-code wants 'hauspost profile authorize' once
			 * @enum {string}
			 */
			grant: "client-credentials" | "password" | "jwt-bearer" | "authorization-code" | "refresh-token";
			/** Profile ID */
			id: string;
			/**
			 * Issuer
			 * @description jwt-bearer: the assertion's iss; empty: the service account's, else the client ID
			 */
			issuer: string;
			/**
			 * Key alias
			 * @description Empty: the first key
			 */
			key_alias: string;
			/**
			 * Keystore
			 * @description Whose key signs: certificate, and jwt-bearer without a service account
			 */
			keystore: string;
			/** Name */
			name: string;
			/**
			 * Password
			 * @enum {string}
			 */
			password: "" | "********";
			/**
			 * Refresh token
			 * @description refresh-token: the first one; what the server gives in its place is kept in the store
			 * @enum {string}
			 */
			refresh_token: "" | "********";
			/**
			 * Resource
			 * @description Sent as resource (RFC 8707)
			 */
			resource: string;
			/**
			 * Scopes
			 * @description None: the template's
			 */
			scopes: string[];
			/**
			 * Client secret expires on
			 * @description A date such as 2027-01-31, for the calendar of what expires
			 */
			secret_expires_at: string;
			/**
			 * Service account
			 * @description Google's key file as it was downloaded (JSON), usually as { file: /PATH }
			 * @enum {string}
			 */
			service_account: "" | "********";
			/**
			 * Subject
			 * @description jwt-bearer: the user to impersonate; empty: the account's user ID
			 */
			subject: string;
			/**
			 * Template
			 * @description Endpoints and scopes of a well-known provider, where they are left empty here; microsoft is IMAP, POP and SMTP
			 * @enum {string}
			 */
			template: "none" | "microsoft" | "microsoft-graph" | "google" | "yahoo" | "fastmail";
			/**
			 * Tenant
			 * @description Microsoft: the directory's domain or id; empty: common (not for client-credentials)
			 */
			tenant: string;
			/**
			 * Time-out
			 * @description Seconds that the endpoint may take
			 */
			timeout_s: number;
			/**
			 * Token endpoint
			 * @description Empty: the template's
			 */
			token_endpoint: string;
			/**
			 * CA certificates
			 * @description For the endpoint's certificate: the path of a PEM file, or the id of a keystore; empty: those of the system
			 */
			truststore: string;
			/**
			 * User ID
			 * @description password: whose tokens; empty: the account's user ID
			 */
			user: string;
		};
		/**
		 * Authentication profile
		 * @example {
		 *       "id": "office",
		 *       "template": "microsoft",
		 *       "tenant": "example.com",
		 *       "client_id": "11111111-2222-3333-4444-555555555555",
		 *       "client_secret": "as the provider shows it once"
		 *     }
		 */
		AuthenticationProfileInput: {
			/**
			 * Endpoint in a private network
			 * @description Permits an endpoint with a private or loopback address
			 * @default false
			 */
			allow_private_network?: boolean;
			/**
			 * Audience
			 * @description Sent as audience; jwt-bearer: the assertion's aud, else the token endpoint
			 * @default
			 */
			audience?: string;
			/**
			 * Authorization endpoint
			 * @description Where a person consents; empty: the template's
			 * @default
			 * @example https://login.example.com/authorize
			 */
			authorization_endpoint?: string;
			/**
			 * Client authentication
			 * @description post and basic send the client secret, in the request or as HTTP Basic; certificate signs with a keystore's key
			 * @default post
			 * @enum {string}
			 */
			client_authentication?: "post" | "basic" | "certificate" | "none";
			/**
			 * Client ID
			 * @default
			 */
			client_id?: string;
			/** Client secret */
			client_secret?: string;
			/**
			 * Grant
			 * @description Where tokens come from; authorization-code wants 'hauspost profile authorize' once
			 * @default client-credentials
			 * @enum {string}
			 */
			grant?: "client-credentials" | "password" | "jwt-bearer" | "authorization-code" | "refresh-token";
			/** Profile ID */
			id: string;
			/**
			 * Issuer
			 * @description jwt-bearer: the assertion's iss; empty: the service account's, else the client ID
			 * @default
			 */
			issuer?: string;
			/**
			 * Key alias
			 * @description Empty: the first key
			 * @default
			 */
			key_alias?: string;
			/**
			 * Keystore
			 * @description Whose key signs: certificate, and jwt-bearer without a service account
			 * @default
			 */
			keystore?: string;
			/**
			 * Name
			 * @default
			 */
			name?: string;
			/** Password */
			password?: string;
			/**
			 * Refresh token
			 * @description refresh-token: the first one; what the server gives in its place is kept in the store
			 */
			refresh_token?: string;
			/**
			 * Resource
			 * @description Sent as resource (RFC 8707)
			 * @default
			 */
			resource?: string;
			/**
			 * Scopes
			 * @description None: the template's
			 */
			scopes?: string[];
			/**
			 * Client secret expires on
			 * @description A date such as 2027-01-31, for the calendar of what expires
			 * @default
			 * @example 2027-01-31
			 */
			secret_expires_at?: string;
			/**
			 * Service account
			 * @description Google's key file as it was downloaded (JSON), usually as { file: /PATH }
			 */
			service_account?: string;
			/**
			 * Subject
			 * @description jwt-bearer: the user to impersonate; empty: the account's user ID
			 * @default
			 */
			subject?: string;
			/**
			 * Template
			 * @description Endpoints and scopes of a well-known provider, where they are left empty here; microsoft is IMAP, POP and SMTP
			 * @default none
			 * @enum {string}
			 */
			template?: "none" | "microsoft" | "microsoft-graph" | "google" | "yahoo" | "fastmail";
			/**
			 * Tenant
			 * @description Microsoft: the directory's domain or id; empty: common (not for client-credentials)
			 * @default
			 * @example example.com
			 */
			tenant?: string;
			/**
			 * Time-out
			 * @description Seconds that the endpoint may take
			 * @default 30
			 */
			timeout_s?: number;
			/**
			 * Token endpoint
			 * @description Empty: the template's
			 * @default
			 * @example https://login.example.com/token
			 */
			token_endpoint?: string;
			/**
			 * CA certificates
			 * @description For the endpoint's certificate: the path of a PEM file, or the id of a keystore; empty: those of the system
			 * @default
			 * @example /etc/ssl/certs/ca-certificates.crt
			 */
			truststore?: string;
			/**
			 * User ID
			 * @description password: whose tokens; empty: the account's user ID
			 * @default
			 */
			user?: string;
		};
		/** Block list entry */
		Block: {
			/**
			 * Action
			 * @description No automatic answer; or the mail is ignored (discarded); or it becomes a cancelled case
			 * @enum {string}
			 */
			action: "no-answer" | "ignore" | "cancel";
			/** Enabled */
			enabled: boolean;
			/** Block ID */
			id: string;
			/**
			 * Kind
			 * @description What the value is: a whole address, a word of the part before the @, or a domain with those below it
			 * @enum {string}
			 */
			kind: "address" | "part" | "domain";
			/** Note */
			note: string;
			/** Value */
			value: string;
		};
		/**
		 * Block list entry
		 * @example {
		 *       "id": "flood",
		 *       "kind": "domain",
		 *       "value": "example.net",
		 *       "action": "no-answer"
		 *     }
		 */
		BlockInput: {
			/**
			 * Action
			 * @description No automatic answer; or the mail is ignored (discarded); or it becomes a cancelled case
			 * @default no-answer
			 * @enum {string}
			 */
			action?: "no-answer" | "ignore" | "cancel";
			/**
			 * Enabled
			 * @default true
			 */
			enabled?: boolean;
			/** Block ID */
			id: string;
			/**
			 * Kind
			 * @description What the value is: a whole address, a word of the part before the @, or a domain with those below it
			 * @default address
			 * @enum {string}
			 */
			kind?: "address" | "part" | "domain";
			/**
			 * Note
			 * @default
			 */
			note?: string;
			/** Value */
			value: string;
		};
		/** Case */
		Case: {
			/** Account */
			account: string;
			/** Contact's address */
			contact_address: string;
			/** Contact's name */
			contact_name: string;
			/**
			 * Opened
			 * Format: date-time
			 */
			created_at: string | null;
			/**
			 * Fields
			 * @description The case type's own
			 */
			fields: unknown;
			/** Our addresses that an answer may come from */
			from: string[];
			/** ID */
			id: number;
			/** Whether you may answer it */
			may_write: boolean;
			/** Messages */
			messages: number;
			/** Number */
			number: string;
			/**
			 * The case it follows
			 * @description Its id; 0: none
			 */
			previous: number;
			/** Number of the case it follows */
			previous_number: string;
			/** Resolved */
			resolved: boolean;
			/**
			 * Resolved at
			 * Format: date-time
			 */
			resolved_at: string | null;
			/** Status */
			status: string;
			/** Status' name */
			status_name: string;
			/** Statuses it may get */
			statuses: {
				/** ID */
				id: string;
				/** Name */
				name: string;
				/** Resolved */
				resolved: boolean;
			}[];
			/** Subject */
			subject: string;
			/** Case type */
			type: string;
			/** Case type's name */
			type_name: string;
			/**
			 * Last change
			 * Format: date-time
			 */
			updated_at: string | null;
			/**
			 * Whose turn it is
			 * @description us: the contact wrote last; contact: we did; empty: it is resolved
			 */
			waits_for: string;
		};
		/** Change of a case */
		CaseChangeInput: {
			/**
			 * Status
			 * @description One of the case type's statuses
			 * @example resolved
			 */
			status: string;
		};
		/** Case in a list */
		CaseSummary: {
			/** Account */
			account: string;
			/** Contact's address */
			contact_address: string;
			/** Contact's name */
			contact_name: string;
			/**
			 * Opened
			 * Format: date-time
			 */
			created_at: string | null;
			/**
			 * Fields
			 * @description The case type's own
			 */
			fields: unknown;
			/** ID */
			id: number;
			/** Messages */
			messages: number;
			/** Number */
			number: string;
			/**
			 * The case it follows
			 * @description Its id; 0: none
			 */
			previous: number;
			/** Resolved */
			resolved: boolean;
			/**
			 * Resolved at
			 * Format: date-time
			 */
			resolved_at: string | null;
			/** Status */
			status: string;
			/** Status' name */
			status_name: string;
			/** Subject */
			subject: string;
			/** Case type */
			type: string;
			/** Case type's name */
			type_name: string;
			/**
			 * Last change
			 * Format: date-time
			 */
			updated_at: string | null;
			/**
			 * Whose turn it is
			 * @description us: the contact wrote last; contact: we did; empty: it is resolved
			 */
			waits_for: string;
		};
		/** Case type */
		CaseType: {
			/**
			 * Status of a cancelled case
			 * @description For mail by senders on the block list whose action is cancel; must be resolved; empty: the first that is
			 */
			cancelled_status: string;
			/** Fields */
			fields: {
				/**
				 * Choices
				 * @description The values of a field of type choice
				 */
				choices: string[];
				/** Field ID */
				id: string;
				/** Name */
				name: string;
				/**
				 * Type
				 * @enum {string}
				 */
				type: "text" | "number" | "date" | "address" | "choice";
			}[];
			/** Case type ID */
			id: string;
			/**
			 * Status of a new case
			 * @description Empty: the first
			 */
			initial_status: string;
			/** Name */
			name: string;
			/**
			 * Number mask
			 * @description Such as SUP-{year}-{number:5}; counted anew for each year or month named before {number}
			 */
			number_mask: string;
			/**
			 * Earlier number masks
			 * @description Numbers of these shapes still find their case
			 */
			old_masks: string[];
			/**
			 * Re-open within
			 * @description Days; a reply later than that opens a new case; 0: always re-open
			 */
			reopen_days: number;
			/**
			 * Status of a re-opened case
			 * @description Empty: the first
			 */
			reopened_status: string;
			/**
			 * Statuses
			 * @description Empty: open and resolved
			 */
			statuses: {
				/** Status ID */
				id: string;
				/** Name */
				name: string;
				/**
				 * Resolved
				 * @description The work is done; a reply opens the case again
				 */
				resolved: boolean;
			}[];
			/**
			 * Mail by strangers
			 * @description By somebody without a part in the case: joins it (marked, without an answer) if it answers a mail of the case; if it names its number, too; or gets a case of its own
			 * @enum {string}
			 */
			strangers: "answers" | "join" | "separate";
		};
		/**
		 * Case type
		 * @example {
		 *       "id": "request",
		 *       "name": "Request",
		 *       "number_mask": "SUP-{year}-{number:5}"
		 *     }
		 */
		CaseTypeInput: {
			/**
			 * Status of a cancelled case
			 * @description For mail by senders on the block list whose action is cancel; must be resolved; empty: the first that is
			 * @default
			 */
			cancelled_status?: string;
			/** Fields */
			fields?: {
				/**
				 * Choices
				 * @description The values of a field of type choice
				 */
				choices?: string[];
				/** Field ID */
				id: string;
				/**
				 * Name
				 * @default
				 */
				name?: string;
				/**
				 * Type
				 * @default text
				 * @enum {string}
				 */
				type?: "text" | "number" | "date" | "address" | "choice";
			}[];
			/** Case type ID */
			id: string;
			/**
			 * Status of a new case
			 * @description Empty: the first
			 * @default
			 */
			initial_status?: string;
			/**
			 * Name
			 * @default
			 */
			name?: string;
			/**
			 * Number mask
			 * @description Such as SUP-{year}-{number:5}; counted anew for each year or month named before {number}
			 * @example SUP-{year}-{number:5}
			 */
			number_mask: string;
			/**
			 * Earlier number masks
			 * @description Numbers of these shapes still find their case
			 * @example [
			 *       "OLD-{number:5}"
			 *     ]
			 */
			old_masks?: string[];
			/**
			 * Re-open within
			 * @description Days; a reply later than that opens a new case; 0: always re-open
			 * @default 30
			 */
			reopen_days?: number;
			/**
			 * Status of a re-opened case
			 * @description Empty: the first
			 * @default
			 */
			reopened_status?: string;
			/**
			 * Statuses
			 * @description Empty: open and resolved
			 */
			statuses?: {
				/** Status ID */
				id: string;
				/**
				 * Name
				 * @default
				 */
				name?: string;
				/**
				 * Resolved
				 * @description The work is done; a reply opens the case again
				 * @default false
				 */
				resolved?: boolean;
			}[];
			/**
			 * Mail by strangers
			 * @description By somebody without a part in the case: joins it (marked, without an answer) if it answers a mail of the case; if it names its number, too; or gets a case of its own
			 * @default answers
			 * @enum {string}
			 */
			strangers?: "answers" | "join" | "separate";
		};
		/** Provider that is known */
		CatalogueEntry: {
			/**
			 * App password
			 * @description Whether programs get a password of their own, always or with two-step verification
			 * @enum {string}
			 */
			app_password: "no" | "needed" | "with-2fa";
			/**
			 * Mail domains
			 * @description What stands behind the @ of addresses at this provider
			 */
			domains: string[];
			/**
			 * Files sent mail
			 * @description The provider puts what it sends into the Sent folder by itself
			 */
			files_sent: boolean;
			/** Special folders */
			folders: {
				/** Archive */
				archive: string;
				/** Drafts */
				drafts: string;
				/** Junk */
				junk: string;
				/**
				 * Sent
				 * @description Names as people see them; empty: the folder that the server marks so
				 */
				sent: string;
				/** Trash */
				trash: string;
			};
			/**
			 * Has a logo
			 * @description At /api/v1/providers/{id}/logo
			 */
			has_logo: boolean;
			/**
			 * Help
			 * @description Where the provider explains access by IMAP, POP3 and SMTP
			 */
			help_url: string;
			/** Provider ID */
			id: string;
			/** Limits */
			limits: {
				/**
				 * Connections
				 * @description At once, for one account; 0: as many as needed
				 */
				connections: number;
				/**
				 * Size of a message
				 * @description MB of one mail that is sent, files encoded; 0: what the server says
				 */
				message_mb: number;
				/**
				 * Messages a day
				 * @description Sent by one account in 24 hours; 0: no limit
				 */
				messages_per_day: number;
				/**
				 * Messages an hour
				 * @description Sent by one account; 0: no limit
				 */
				messages_per_hour: number;
				/**
				 * MB fetched a day
				 * @description 0: no limit
				 */
				receive_mb_per_day: number;
				/**
				 * Recipients a day
				 * @description 0: no limit
				 */
				recipients_per_day: number;
				/**
				 * Recipients of a message
				 * @description 0: no limit
				 */
				recipients_per_message: number;
				/**
				 * MB sent a day
				 * @description 0: no limit
				 */
				send_mb_per_day: number;
			};
			/**
			 * User name
			 * @description Typed for each account, or taken from the sender's address: what stands before the @, all of it, or all of it with a dot for the @
			 * @enum {string}
			 */
			login: "typed" | "local-part" | "address" | "local-part.domain";
			/**
			 * MX hosts
			 * @description How the names of mail exchangers end whose domains are hosted here: google.com stands for aspmx.l.google.com, too
			 */
			mx: string[];
			/** Name */
			name: string;
			/**
			 * Note
			 * @description What a person has to do before it works
			 */
			note: string;
			/** OAuth */
			oauth: {
				/**
				 * Only OAuth
				 * @description The provider takes no passwords any more
				 */
				required: boolean;
				/**
				 * Scopes
				 * @description What a token must permit
				 */
				scopes: string[];
				/**
				 * Template
				 * @description The template that authentication profiles for this provider begin with, such as microsoft or google; empty: no OAuth
				 */
				template: string;
			};
			/**
			 * Own
			 * @description A record of the set-up, not a built-in one
			 */
			own: boolean;
			/** POP3 beside it */
			pop3: {
				/**
				 * Server
				 * @description Name of the POP3 server; empty: none
				 */
				host: string;
				/**
				 * Port
				 * @description 0: by security, 995 for tls and 110 otherwise
				 */
				port: number;
				/**
				 * Connection security
				 * @description Left out, starttls with port 110
				 * @enum {string}
				 */
				security: "none" | "starttls" | "tls";
			};
			/** Receiving */
			receive: {
				/**
				 * Download mail
				 * @description Accounts of this provider may receive
				 */
				enabled: boolean;
				/**
				 * Server
				 * @description Name of the IMAP or POP3 server, such as imap.example.com
				 */
				host: string;
				/**
				 * Port
				 * @description 0: by security, 993 for tls and 143 otherwise; with POP3 995 and 110
				 */
				port: number;
				/**
				 * Protocol
				 * @enum {string}
				 */
				protocol: "imap" | "pop3" | "graph" | "maildir";
				/**
				 * Connection security
				 * @description Left out, starttls with port 143 or 110. tls encrypts from the start, starttls after the greeting, none not at all
				 * @enum {string}
				 */
				security: "none" | "starttls" | "tls";
			};
			/** Sending */
			send: {
				/**
				 * Allow sending
				 * @description Accounts of this provider may send
				 */
				enabled: boolean;
				/**
				 * Server
				 * @description Name of the SMTP server, such as smtp.example.com
				 */
				host: string;
				/**
				 * User name
				 * @description same: as the provider's rule says; else a rule of its own for sending
				 * @enum {string}
				 */
				login: "same" | "typed" | "local-part" | "address" | "local-part.domain";
				/**
				 * Port
				 * @description 0: by security, 587 for starttls, 465 for tls, 25 for none
				 */
				port: number;
				/**
				 * Protocol
				 * @enum {string}
				 */
				protocol: "smtp" | "graph";
				/**
				 * Connection security
				 * @description Left out, tls with port 465. tls encrypts from the start, starttls after the greeting, none not at all
				 * @enum {string}
				 */
				security: "none" | "starttls" | "tls";
				/**
				 * Time-out
				 * @description Seconds without an answer before the connection is given up
				 */
				timeout_s: number;
			};
		};
		/** Consent that is asked for */
		Consent: {
			/**
			 * Redirect
			 * @description Where the provider sends the browser back to: it must know this address of ours
			 */
			redirect_uri: string;
			/**
			 * Address
			 * @description To be opened in a browser by the mailbox's owner
			 */
			url: string;
		};
		/** Why a message is where it is */
		Decision: {
			/** Automatic answer */
			answer: string;
			/** It may be answered automatically */
			answer_allowed: boolean;
			/** Kind of automatic mail */
			automatic: string;
			/**
			 * Case
			 * @description Its id; 0: none
			 */
			case: number;
			/** Case's number */
			case_number: string;
			/**
			 * What happened since
			 * @description Kind, time and data of each event
			 */
			events: unknown;
			/**
			 * Why it belongs to the case
			 * @description The finding that decided first
			 */
			evidence: string[];
			/** Message */
			message: number;
			/**
			 * Why there is none
			 * @description A code: docs/answers.md
			 */
			no_answer: string;
			/** The same in words */
			no_answer_text: string;
			/** What became of it */
			outcome: string;
			/** Who vouches for the sender */
			sender: unknown;
			/** What told that it is automatic */
			signs: string[];
			/** S/MIME */
			smime: unknown;
		};
		/** What working on cases needs */
		Desk: {
			/** Accounts whose mail you may read */
			accounts: {
				/**
				 * Addresses that mail may come from
				 * @description Empty: it doesn't send
				 */
				from: string[];
				/** ID */
				id: string;
				/** Whether you may write from it */
				may_write: boolean;
				/** Name */
				name: string;
			}[];
			/** Case types */
			case_types: {
				/** Fields */
				fields: {
					/** ID */
					id: string;
					/** Name */
					name: string;
					/**
					 * Type
					 * @description text, number, date, address, choice
					 */
					type: string;
				}[];
				/** ID */
				id: string;
				/** Name */
				name: string;
				/** Statuses */
				statuses: {
					/** ID */
					id: string;
					/** Name */
					name: string;
					/** Resolved */
					resolved: boolean;
				}[];
			}[];
			/** Templates */
			templates: {
				/** ID */
				id: string;
				/** Name */
				name: string;
			}[];
			/**
			 * Cases that wait for the contact
			 * @description 1000: that many or more
			 */
			waiting_for_contact: number;
			/**
			 * Cases that wait for us
			 * @description 1000: that many or more
			 */
			waiting_for_us: number;
		};
		/** Address to look up */
		DetectionOrderInput: {
			/**
			 * Address
			 * @example anna@example.com
			 */
			address: string;
		};
		/** Event */
		Event: {
			/**
			 * Data
			 * @description By kind; see docs/events.md
			 */
			data: unknown;
			/**
			 * Type of the data
			 * @description application/json
			 */
			datacontenttype: string;
			/**
			 * Number
			 * @description Ascending without gaps; what after= and Last-Event-ID take
			 */
			id: string;
			/**
			 * Source
			 * @description Whose event: our URL
			 */
			source: string;
			/**
			 * Version of CloudEvents
			 * @description 1.0
			 */
			specversion: string;
			/**
			 * Subject
			 * @description What it is about: a case's number, a message's id, a listener
			 */
			subject: string;
			/**
			 * Time
			 * Format: date-time
			 */
			time: string | null;
			/**
			 * Type
			 * @description hauspost. and the kind: hauspost.case.created
			 */
			type: string;
		};
		/** What runs out */
		Expiry: {
			/**
			 * Days left
			 * @description Negative: it has expired
			 */
			days: number;
			/**
			 * Expires
			 * Format: date-time
			 */
			expires_at: string;
			/**
			 * Signs
			 * @description An account signs with it: its mail stops when it ends
			 */
			is_signer: boolean;
			/**
			 * Kind
			 * @description key, certificate, learned, secret, token
			 */
			kind: string;
			/** Whose */
			text: string;
			/** Used by */
			used_by: string;
			/**
			 * What
			 * @description keystores/company/support: the record and the entry
			 */
			what: string;
		};
		/**
		 * Forwarded mail of a case
		 * @example {
		 *       "to": [
		 *         "Anna Berg <anna@example.com>"
		 *       ],
		 *       "text": "Can you look into this?"
		 *     }
		 */
		ForwardInput: {
			/**
			 * As
			 * @description A file, or below the text with its own files
			 * @default attachment
			 * @enum {string}
			 */
			as?: "attachment" | "inline";
			/** Attachments */
			attachments?: {
				/**
				 * Content
				 * @description In base64
				 * @default
				 * @example SGVsbG8=
				 */
				content?: string;
				/**
				 * Message
				 * @description Instead of content: the message whose file it is
				 * @default 0
				 */
				message?: number;
				/**
				 * Name
				 * @default
				 */
				name?: string;
				/**
				 * Number
				 * @description … and the file's number
				 * @default 0
				 */
				number?: number | unknown | 0;
				/**
				 * Media type
				 * @description application/octet-stream where absent
				 * @default
				 * @example application/pdf
				 */
				type?: string;
			}[];
			/**
			 * Bcc
			 * @example [
			 *       "ann@example.com"
			 *     ]
			 */
			bcc?: string[];
			/**
			 * Cc
			 * @example [
			 *       "ann@example.com"
			 *     ]
			 */
			cc?: string[];
			/**
			 * Status
			 * @description That the case gets with it
			 * @default
			 * @example resolved
			 */
			close_as_status?: string;
			/**
			 * From
			 * @description One of the account's addresses; preset: the one that was written to
			 * @default
			 * @example support@example.com
			 */
			from?: string;
			/**
			 * HTML
			 * @description Beside the text, which is made of it where it is absent
			 * @default
			 */
			html?: string;
			/**
			 * Idempotency key
			 * @description The same key again gives the same answer, and no second mail
			 * @default
			 */
			idempotency_key?: string;
			/**
			 * Message
			 * @description Of the case; 0: the last one that came in
			 * @default 0
			 */
			message?: number;
			/**
			 * Subject
			 * @default
			 */
			subject?: string;
			/**
			 * Text
			 * @default
			 */
			text?: string;
			/**
			 * To
			 * @description "Ann <ann@example.com>"; preset of an answer: who wrote
			 * @example [
			 *       "Ann <ann@example.com>"
			 *     ]
			 */
			to?: string[];
		};
		/** Health */
		Health: {
			/**
			 * Status
			 * @description ok
			 */
			status: string;
		};
		/** Identity provider */
		IdentityProvider: {
			/**
			 * Allow a private network
			 * @description The provider may be on loopback or in a private network
			 */
			allow_private_network: boolean;
			/** Client ID */
			client_id: string;
			/**
			 * Client secret
			 * @description Empty: a public client
			 * @enum {string}
			 */
			client_secret: "" | "********";
			/** Disabled */
			disabled: boolean;
			/** Identity provider ID */
			id: string;
			/**
			 * Issuer
			 * @description As the provider writes it; its description is fetched from /.well-known/openid-configuration below it
			 */
			issuer: string;
			/**
			 * Recognise by e-mail address
			 * @description One that the provider has verified; false: by the operator's oidc_subject alone
			 */
			match_email: boolean;
			/**
			 * Name
			 * @description For the button: Sign in with …
			 */
			name: string;
			/**
			 * Scopes
			 * @description Besides openid; none: email
			 */
			scopes: string[];
			/**
			 * Time-out
			 * @description Seconds, of each request
			 */
			timeout_s: number;
			/**
			 * CA certificates
			 * @description Path of a PEM file; empty: the system's
			 */
			truststore: string;
		};
		/**
		 * Identity provider
		 * @example {
		 *       "id": "office",
		 *       "name": "Office",
		 *       "issuer": "https://login.example.com",
		 *       "client_id": "hauspost"
		 *     }
		 */
		IdentityProviderInput: {
			/**
			 * Allow a private network
			 * @description The provider may be on loopback or in a private network
			 * @default false
			 */
			allow_private_network?: boolean;
			/** Client ID */
			client_id: string;
			/**
			 * Client secret
			 * @description Empty: a public client
			 */
			client_secret?: string;
			/**
			 * Disabled
			 * @default false
			 */
			disabled?: boolean;
			/** Identity provider ID */
			id: string;
			/**
			 * Issuer
			 * @description As the provider writes it; its description is fetched from /.well-known/openid-configuration below it
			 * @example https://login.example.com
			 */
			issuer: string;
			/**
			 * Recognise by e-mail address
			 * @description One that the provider has verified; false: by the operator's oidc_subject alone
			 * @default true
			 */
			match_email?: boolean;
			/**
			 * Name
			 * @description For the button: Sign in with …
			 * @default
			 */
			name?: string;
			/**
			 * Scopes
			 * @description Besides openid; none: email
			 */
			scopes?: string[];
			/**
			 * Time-out
			 * @description Seconds, of each request
			 * @default 10
			 */
			timeout_s?: number;
			/**
			 * CA certificates
			 * @description Path of a PEM file; empty: the system's
			 * @default
			 * @example /etc/ssl/certs/ca-certificates.crt
			 */
			truststore?: string;
		};
		/** Mail that was handed in */
		Ingested: {
			/** An automatic answer waits in the outbox */
			answered: boolean;
			/**
			 * Case
			 * @description Its id; 0: none
			 */
			case: number;
			/** Case's number */
			case_number: string;
			/** Ledger row */
			ledger: number;
			/**
			 * Message
			 * @description Its id; 0: none
			 */
			message: number;
			/**
			 * What became of it
			 * @description created, updated, duplicate …
			 */
			outcome: string;
			/** Why it failed or waits */
			reason: string;
			/**
			 * State
			 * @description acknowledged: it is done; failed: tried again; parked, held
			 */
			state: string;
		};
		/** Inlet */
		Inlet: {
			/**
			 * Connections
			 * @description At once; more are told to come later
			 */
			connections: number;
			/** Enabled */
			enabled: boolean;
			/** Inlet ID */
			id: string;
			/**
			 * Listens at
			 * @description unix:/run/hauspost/lmtp, or a port of this machine: 127.0.0.1:2424
			 */
			listen: string;
			/**
			 * Largest message
			 * @description MB; larger ones are refused
			 */
			max_message_mb: number;
			/** Name */
			name: string;
			/**
			 * Recipients
			 * @description Of one mail
			 */
			recipients: number;
			/**
			 * Socket mode
			 * @description Who may connect to the unix socket, as for chmod
			 */
			socket_mode: number;
			/**
			 * Time-out
			 * @description Seconds without a command before the connection is ended
			 */
			timeout_s: number;
		};
		/**
		 * Inlet
		 * @example {
		 *       "id": "postfix",
		 *       "listen": "127.0.0.1:2424"
		 *     }
		 */
		InletInput: {
			/**
			 * Connections
			 * @description At once; more are told to come later
			 * @default 50
			 */
			connections?: number;
			/**
			 * Enabled
			 * @default true
			 */
			enabled?: boolean;
			/** Inlet ID */
			id: string;
			/**
			 * Listens at
			 * @description unix:/run/hauspost/lmtp, or a port of this machine: 127.0.0.1:2424
			 * @example 127.0.0.1:2424
			 */
			listen: string;
			/**
			 * Largest message
			 * @description MB; larger ones are refused
			 * @default 50
			 */
			max_message_mb?: number;
			/**
			 * Name
			 * @default
			 */
			name?: string;
			/**
			 * Recipients
			 * @description Of one mail
			 * @default 200
			 */
			recipients?: number;
			/**
			 * Socket mode
			 * @description Who may connect to the unix socket, as for chmod
			 * @default 660
			 */
			socket_mode?: number;
			/**
			 * Time-out
			 * @description Seconds without a command before the connection is ended
			 * @default 300
			 */
			timeout_s?: number;
		};
		/** Invitation */
		Invitation: {
			/**
			 * Good until
			 * Format: date-time
			 */
			expires_at: string | null;
			/**
			 * Link
			 * @description To be given to the operator; shown this once
			 */
			link: string;
			/** Operator ID */
			operator: string;
		};
		/** Keystore */
		Keystore: {
			/**
			 * Content
			 * @description Certificates and private keys: a PKCS#12 (PFX) or JKS file as base64, or PEM text. Instead of it file: PATH may be written, beginning at the set-up file's folder: it is read at apply
			 * @enum {string}
			 */
			content: "" | "********";
			/** Keystore ID */
			id: string;
			/**
			 * Password of the keys
			 * @description Where the private keys have another one (JKS); empty: the keystore's
			 * @enum {string}
			 */
			key_password: "" | "********";
			/** Name */
			name: string;
			/**
			 * Password
			 * @description Opens the keystore; empty where it has none
			 * @enum {string}
			 */
			password: "" | "********";
		};
		/** What a keystore holds */
		KeystoreContent: {
			/** Entries */
			entries: {
				/** Addresses */
				addresses: string[];
				/** Alias */
				alias: string;
				/** Issuers' certificates that are there, too */
				chain: number;
				/** Expired */
				expired: boolean;
				/**
				 * Expires
				 * Format: date-time
				 */
				expires_at: string | null;
				/** With its private key */
				has_key: boolean;
				/** Issuer */
				issuer: string;
				/** Serial number */
				serial: string;
				/** Subject */
				subject: string;
				/**
				 * Use
				 * @description sign, decrypt, encrypt, trust
				 */
				use: string;
				/**
				 * Valid from
				 * Format: date-time
				 */
				valid_from: string | null;
			}[];
			/**
			 * Fault
			 * @description Why it can't be opened; empty: it can
			 */
			fault: string;
			/** ID */
			id: string;
			/** Name */
			name: string;
			/** Used by */
			used_by: string[];
		};
		/** Keystore */
		KeystoreInput: {
			/**
			 * Content
			 * @description Certificates and private keys: a PKCS#12 (PFX) or JKS file as base64, or PEM text. Instead of it file: PATH may be written, beginning at the set-up file's folder: it is read at apply
			 */
			content?: string;
			/** Keystore ID */
			id: string;
			/**
			 * Password of the keys
			 * @description Where the private keys have another one (JKS); empty: the keystore's
			 */
			key_password?: string;
			/**
			 * Name
			 * @default
			 */
			name?: string;
			/**
			 * Password
			 * @description Opens the keystore; empty where it has none
			 */
			password?: string;
		};
		/** Ledger row */
		LedgerRow: {
			/**
			 * The server was told
			 * Format: date-time
			 */
			acknowledged_at: string | null;
			/**
			 * The case was found or opened
			 * Format: date-time
			 */
			activity_at: string | null;
			/** Automatic answer */
			answer: string;
			/**
			 * Case
			 * @description Its id; 0: none
			 */
			case: number;
			/** Category of the failure */
			category: string;
			/**
			 * Handled
			 * Format: date-time
			 */
			committed_at: string | null;
			/**
			 * Duplicate of
			 * @description A ledger row; 0: none
			 */
			duplicate_of: number;
			/** From */
			from: string;
			/** ID */
			id: number;
			/** Listener */
			listener: string;
			/**
			 * The rule was applied
			 * Format: date-time
			 */
			mapped_at: string | null;
			/**
			 * Message
			 * @description Its id; 0: none
			 */
			message: number;
			/** Message-ID */
			message_id: string;
			/**
			 * Next try
			 * Format: date-time
			 */
			next_try_at: string | null;
			/** Why there is no answer */
			no_answer: string;
			/** What became of it */
			outcome: string;
			/**
			 * Parked
			 * Format: date-time
			 */
			parked_at: string | null;
			/**
			 * Understood
			 * Format: date-time
			 */
			parsed_at: string | null;
			/** Reason of the failure */
			reason: string;
			/**
			 * Received
			 * Format: date-time
			 */
			received_at: string | null;
			/**
			 * An answer was decided on
			 * Format: date-time
			 */
			response_at: string | null;
			/**
			 * Size
			 * @description Bytes
			 */
			size: number;
			/** State */
			state: string;
			/** Subject */
			subject: string;
			/** Tries */
			tries: number;
			/** UID */
			uid: number;
			/** The case that held mail wants to join */
			wanted_case: string;
		};
		/** Mail that waits in the outbox */
		Letter: {
			/**
			 * Case
			 * @description Its id; 0: none
			 */
			case: number;
			/** Case's number */
			case_number: string;
			/** Message */
			message: number;
			/** Outbox row */
			outbox: number;
		};
		/** Listener */
		Listener: {
			/**
			 * Account
			 * @description Whose mail is read
			 */
			account: string;
			/**
			 * Addresses
			 * @description Recipients whose mail, handed in by LMTP, is this listener's: support@example.com, *@example.com; with source inlet, none means the account's address
			 */
			addresses: string[];
			/**
			 * Afterwards
			 * @description What happens on the server to a message that was handled
			 * @enum {string}
			 */
			after: "leave" | "seen" | "delete" | "move";
			/**
			 * Move to
			 * @description For "move"; named as folder is; created where missing
			 */
			after_folder: string;
			/**
			 * Automatic mail
			 * @description Mail by machines that belongs to no case: stored, discarded, or handled by the rule
			 * @enum {string}
			 */
			automatic: "file" | "discard" | "handle";
			/**
			 * Back-off
			 * @description Seconds after a failed connection; doubled after each further one, until one succeeds
			 */
			backoff_s: number;
			/**
			 * Batch
			 * @description Messages asked for at once
			 */
			batch: number;
			/**
			 * The same mail again
			 * @description In another folder or account: ignored (and recorded), or handled as one more
			 * @enum {string}
			 */
			duplicates: "ignore" | "handle";
			/**
			 * Enabled
			 * @description false: it doesn't start
			 */
			enabled: boolean;
			/**
			 * Folder for failed messages
			 * @description Where parked messages are moved; named as folder is; empty: they stay
			 */
			failed_folder: string;
			/**
			 * Folder
			 * @description As the server lists it; a path such as Support/Orders, whatever the server's prefix and separator; or by its use: \Archive, \Junk, \Trash, \Sent, \Drafts, \All, \Flagged, \Important
			 */
			folder: string;
			/** Listener ID */
			id: string;
			/**
			 * Wait with IDLE
			 * @description The server tells of new mail at once; false: only ask from time to time
			 */
			idle: boolean;
			/**
			 * IDLE is renewed after
			 * @description Minutes
			 */
			idle_minutes: number;
			/**
			 * Longest back-off
			 * @description Seconds
			 */
			longest_backoff_s: number;
			/**
			 * Largest message
			 * @description MB; larger ones are parked without being read
			 */
			max_message_mb: number;
			/**
			 * Messages per run
			 * @description 0: all
			 */
			messages_per_run: number;
			/** Name */
			name: string;
			/**
			 * Operator
			 * @description In whose name cases are opened and changed
			 */
			operator: string;
			/**
			 * Answer to larger mail
			 * @description What their senders are told, such as {{message.size}} and {{message.limit}}, where mail by them is answered automatically at all; empty: nothing
			 */
			oversize_template: string;
			/**
			 * Polling interval
			 * @description Seconds; where there is no IDLE
			 */
			poll_interval_s: number;
			/**
			 * Try again after
			 * @description Minutes
			 */
			retry_minutes: number;
			/**
			 * Service rule
			 * @description What is done with the mail
			 */
			rule: string;
			/**
			 * Mail since
			 * @description A day such as 2026-11-21: what came to the folder before it isn't read ('hauspost backfill' can fetch it later); empty: all
			 */
			since: string;
			/**
			 * Source
			 * @description The account's mailbox; or no mailbox: what a mail server hands in (inlets)
			 * @enum {string}
			 */
			source: "mailbox" | "inlet";
			/**
			 * Tries
			 * @description So often a message is tried before it is parked
			 */
			tries: number;
			/**
			 * Trusted servers
			 * @description Whose Authentication-Results count, by the name they begin with (mx.example.com)
			 */
			trusted_authserv_ids: string[];
			/**
			 * Verify senders
			 * @description results: believe what the trusted servers say; on: also look up DKIM and DMARC in the DNS
			 * @enum {string}
			 */
			verify_senders: "off" | "results" | "on";
		};
		/**
		 * Listener
		 * @example {
		 *       "id": "support",
		 *       "account": "support",
		 *       "folder": "INBOX",
		 *       "rule": "support"
		 *     }
		 */
		ListenerInput: {
			/**
			 * Account
			 * @description Whose mail is read
			 */
			account: string;
			/**
			 * Addresses
			 * @description Recipients whose mail, handed in by LMTP, is this listener's: support@example.com, *@example.com; with source inlet, none means the account's address
			 * @example [
			 *       "support@example.com"
			 *     ]
			 */
			addresses?: string[];
			/**
			 * Afterwards
			 * @description What happens on the server to a message that was handled
			 * @default seen
			 * @enum {string}
			 */
			after?: "leave" | "seen" | "delete" | "move";
			/**
			 * Move to
			 * @description For "move"; named as folder is; created where missing
			 * @default
			 */
			after_folder?: string;
			/**
			 * Automatic mail
			 * @description Mail by machines that belongs to no case: stored, discarded, or handled by the rule
			 * @default file
			 * @enum {string}
			 */
			automatic?: "file" | "discard" | "handle";
			/**
			 * Back-off
			 * @description Seconds after a failed connection; doubled after each further one, until one succeeds
			 * @default 5
			 */
			backoff_s?: number;
			/**
			 * Batch
			 * @description Messages asked for at once
			 * @default 100
			 */
			batch?: number;
			/**
			 * The same mail again
			 * @description In another folder or account: ignored (and recorded), or handled as one more
			 * @default ignore
			 * @enum {string}
			 */
			duplicates?: "ignore" | "handle";
			/**
			 * Enabled
			 * @description false: it doesn't start
			 * @default true
			 */
			enabled?: boolean;
			/**
			 * Folder for failed messages
			 * @description Where parked messages are moved; named as folder is; empty: they stay
			 * @default
			 */
			failed_folder?: string;
			/**
			 * Folder
			 * @description As the server lists it; a path such as Support/Orders, whatever the server's prefix and separator; or by its use: \Archive, \Junk, \Trash, \Sent, \Drafts, \All, \Flagged, \Important
			 * @default INBOX
			 */
			folder?: string;
			/** Listener ID */
			id: string;
			/**
			 * Wait with IDLE
			 * @description The server tells of new mail at once; false: only ask from time to time
			 * @default true
			 */
			idle?: boolean;
			/**
			 * IDLE is renewed after
			 * @description Minutes
			 * @default 9
			 */
			idle_minutes?: number;
			/**
			 * Longest back-off
			 * @description Seconds
			 * @default 900
			 */
			longest_backoff_s?: number;
			/**
			 * Largest message
			 * @description MB; larger ones are parked without being read
			 * @default 50
			 */
			max_message_mb?: number;
			/**
			 * Messages per run
			 * @description 0: all
			 * @default 0
			 */
			messages_per_run?: number;
			/**
			 * Name
			 * @default
			 */
			name?: string;
			/**
			 * Operator
			 * @description In whose name cases are opened and changed
			 * @default
			 */
			operator?: string;
			/**
			 * Answer to larger mail
			 * @description What their senders are told, such as {{message.size}} and {{message.limit}}, where mail by them is answered automatically at all; empty: nothing
			 * @default
			 */
			oversize_template?: string;
			/**
			 * Polling interval
			 * @description Seconds; where there is no IDLE
			 * @default 60
			 */
			poll_interval_s?: number;
			/**
			 * Try again after
			 * @description Minutes
			 * @default 5
			 */
			retry_minutes?: number;
			/**
			 * Service rule
			 * @description What is done with the mail
			 */
			rule: string;
			/**
			 * Mail since
			 * @description A day such as 2026-11-21: what came to the folder before it isn't read ('hauspost backfill' can fetch it later); empty: all
			 * @default
			 * @example 2026-11-21
			 */
			since?: string;
			/**
			 * Source
			 * @description The account's mailbox; or no mailbox: what a mail server hands in (inlets)
			 * @default mailbox
			 * @enum {string}
			 */
			source?: "mailbox" | "inlet";
			/**
			 * Tries
			 * @description So often a message is tried before it is parked
			 * @default 3
			 */
			tries?: number;
			/**
			 * Trusted servers
			 * @description Whose Authentication-Results count, by the name they begin with (mx.example.com)
			 */
			trusted_authserv_ids?: string[];
			/**
			 * Verify senders
			 * @description results: believe what the trusted servers say; on: also look up DKIM and DMARC in the DNS
			 * @default off
			 * @enum {string}
			 */
			verify_senders?: "off" | "results" | "on";
		};
		/** Stopped loop */
		Loop: {
			/** Answers of the day */
			answers_of_the_day: number;
			/** Case's number */
			case_number: string;
			/**
			 * Name
			 * @description The address, or the case's id
			 */
			name: string;
			/**
			 * Open until
			 * Format: date-time
			 */
			open_until: string | null;
			/** How often it opened in a row */
			opened: number;
			/** Reason */
			reason: string;
			/**
			 * Scope
			 * @description address or case
			 */
			scope: string;
			/**
			 * State
			 * @description open: no automatic answers; half-open: one; closed
			 */
			state: string;
			/**
			 * Last change
			 * Format: date-time
			 */
			updated_at: string | null;
		};
		/** Mailbox */
		Mailbox: {
			/** Address */
			address: string;
			/** Last error */
			error: string;
			/** Account ID */
			id: string;
			/** Change it */
			manage: boolean;
			/** Name */
			name: string;
			/** One's own */
			own: boolean;
			/** Owner */
			owner: string;
			/**
			 * Authentication profile
			 * @description Its owner consents at POST /api/v1/authentication_profiles/{id}/consent; empty: by password
			 */
			profile: string;
			/** Provider ID */
			provider: string;
			/** Send as it */
			send: boolean;
			/** Shared with */
			shares: {
				/** Change it */
				manage: boolean;
				/** Operator */
				operator: string;
				/** Role */
				role: string;
				/** Send as it */
				send: boolean;
			}[];
			/**
			 * State
			 * @description Of its reading, as that of a listener; empty: it isn't read
			 */
			state: string;
			/** It is read */
			works: boolean;
		};
		/** Address */
		MailboxAddressInput: {
			/**
			 * Address
			 * @example anna@example.com
			 */
			address: string;
		};
		/** Change of a mailbox */
		MailboxChangeInput: {
			/**
			 * New password
			 * @description Empty: stays
			 */
			password?: string;
			/**
			 * Replace whom it is shared with
			 * @description By `shares`; takes the owner
			 * @default false
			 */
			share?: boolean;
			/** Shared with */
			shares?: {
				/**
				 * Change it
				 * @default false
				 */
				manage?: boolean;
				/**
				 * Operator
				 * @default
				 */
				operator?: string;
				/**
				 * Role
				 * @default
				 */
				role?: string;
				/**
				 * Send as it
				 * @default false
				 */
				send?: boolean;
			}[];
		};
		/** What a mailbox needs */
		MailboxNeed: {
			/** Address */
			address: string;
			/** The provider's help */
			help_url: string;
			/** Provider */
			name: string;
			/**
			 * What it needs
			 * @description password, app-password, app-password-with-2fa (where two-step verification is on), sign-in (with the provider)
			 */
			needs: string;
			/** What must be done first */
			note: string;
			/**
			 * Authentication profiles to sign in with
			 * @description Set up by an administrator; empty: none fits
			 */
			profiles: string[];
			/** Provider ID */
			provider: string;
		};
		/** New mail that is to be previewed */
		MailPreviewWishInput: {
			/**
			 * Account
			 * @example support
			 */
			account: string;
			/**
			 * From
			 * @description One of the account's addresses
			 * @default
			 * @example support@example.com
			 */
			from?: string;
			/**
			 * Subject
			 * @description Instead of the template's
			 * @default
			 */
			subject?: string;
			/**
			 * Template
			 * @example received
			 */
			template: string;
			/**
			 * Text
			 * @default
			 */
			text?: string;
			/**
			 * To
			 * @description As far as it is typed: what is no address yet is left out
			 * @example [
			 *       "Ann <ann@example.com>"
			 *     ]
			 */
			to?: string[];
		};
		/** Message */
		Message: {
			/** Account */
			account: string;
			/**
			 * Automatic answer
			 * @description queued, or why there is none
			 */
			answer: string;
			/** Attachments */
			attachments: {
				/** Content-ID */
				content_id: string;
				/** Shown in the text */
				inline: boolean;
				/** Name */
				name: string;
				/**
				 * Number
				 * @description From 1, as in its path
				 */
				number: number;
				/**
				 * Size
				 * @description Bytes
				 */
				size: number;
				/** Media type */
				type: string;
			}[];
			/**
			 * Kind of automatic mail
			 * @description none: a person's
			 */
			automatic: string;
			/**
			 * Case
			 * @description Its id; 0: none
			 */
			case: number;
			/** Case's number */
			case_number: string;
			/** Cc */
			cc: string;
			/**
			 * Came or was written
			 * Format: date-time
			 */
			created_at: string | null;
			/**
			 * Date
			 * Format: date-time
			 */
			date: string | null;
			/**
			 * Direction
			 * @description in or out
			 */
			direction: string;
			/** Why it belongs to the case */
			evidence: string[];
			/** From */
			from: string;
			/** Sender's name */
			from_name: string;
			/** Has HTML */
			html: boolean;
			/** ID */
			id: number;
			/** Something new stands behind a quote */
			interleaved: boolean;
			/** Message-ID */
			message_id: string;
			/**
			 * Why there is no answer
			 * @description A code: docs/answers.md
			 */
			no_answer: string;
			/**
			 * Outbox row
			 * @description Of one of ours; 0: none
			 */
			outbox: number;
			/**
			 * What became of it
			 * @description created, updated, reopened, filed …
			 */
			outcome: string;
			/**
			 * Preview
			 * @description The text's beginning on one line
			 */
			preview: string;
			/** Quotes and signatures, in order */
			quoted: {
				/**
				 * Kind
				 * @description quote or signature
				 */
				kind: string;
				/** Lines */
				lines: number;
				/** Text */
				text: string;
			}[];
			/** Recipients */
			recipients: {
				/** Address */
				address: string;
				/**
				 * Code
				 * @description Of the server's answer
				 */
				code: number;
				/** What a report says */
				diagnostic: string;
				/** Who reports */
				mta: string;
				/**
				 * Reason
				 * @description userunknown …
				 */
				reason: string;
				/** The server's answer */
				reply: string;
				/**
				 * The report
				 * @description A message's id; 0: none
				 */
				report: number;
				/**
				 * Reported at
				 * Format: date-time
				 */
				reported_at: string | null;
				/**
				 * State
				 * @description queued, sending, later, sent, failed, uncertain, delayed, delivered, bounced, suppressed, cancelled
				 */
				state: string;
				/**
				 * Enhanced status
				 * @description 5.1.1 (RFC 3463)
				 */
				status: string;
			}[];
			/** Who vouches for the sender */
			sender: unknown;
			/**
			 * Sent at
			 * Format: date-time
			 */
			sent_at: string | null;
			/**
			 * Size
			 * @description Bytes
			 */
			size: number;
			/** S/MIME */
			smime: unknown;
			/** State in the outbox */
			state: string;
			/** Subject */
			subject: string;
			/**
			 * Text
			 * @description What is new in it
			 */
			text: string;
			/** To */
			to: string;
			/**
			 * Written by
			 * @description Of one of ours: the operator; empty: a machine
			 */
			written_by: string;
		};
		/** New mailbox */
		NewMailboxInput: {
			/**
			 * Address
			 * @example anna@example.com
			 */
			address: string;
			/**
			 * Name
			 * @description Shown beside the address in what is sent
			 * @default
			 */
			name?: string;
			/** Password */
			password?: string;
			/**
			 * Authentication profile
			 * @description Instead of a password: one of those that POST /api/v1/mailboxes/detect names; its owner then consents
			 * @default
			 */
			profile?: string;
			/**
			 * Provider ID
			 * @description Empty: the one of the address
			 * @default
			 * @example example
			 */
			provider?: string;
			/**
			 * Mail since
			 * @description A day; empty: today
			 * @default
			 * @example 2026-11-21
			 */
			since?: string;
		};
		/**
		 * New mail
		 * @example {
		 *       "account": "support",
		 *       "to": [
		 *         "Ann <ann@example.com>"
		 *       ],
		 *       "subject": "Your order",
		 *       "text": "It is on its way."
		 *     }
		 */
		NewMailInput: {
			/**
			 * Account
			 * @example support
			 */
			account: string;
			/** Attachments */
			attachments?: {
				/**
				 * Content
				 * @description In base64
				 * @default
				 * @example SGVsbG8=
				 */
				content?: string;
				/**
				 * Message
				 * @description Instead of content: the message whose file it is
				 * @default 0
				 */
				message?: number;
				/**
				 * Name
				 * @default
				 */
				name?: string;
				/**
				 * Number
				 * @description … and the file's number
				 * @default 0
				 */
				number?: number | unknown | 0;
				/**
				 * Media type
				 * @description application/octet-stream where absent
				 * @default
				 * @example application/pdf
				 */
				type?: string;
			}[];
			/**
			 * Bcc
			 * @example [
			 *       "ann@example.com"
			 *     ]
			 */
			bcc?: string[];
			/**
			 * Case type
			 * @description A case of it is opened; empty: none
			 * @default
			 * @example request
			 */
			case_type?: string;
			/**
			 * Cc
			 * @example [
			 *       "ann@example.com"
			 *     ]
			 */
			cc?: string[];
			/**
			 * Status
			 * @description Of the case that is opened
			 * @default
			 * @example resolved
			 */
			close_as_status?: string;
			/**
			 * From
			 * @description One of the account's addresses; preset: the one that was written to
			 * @default
			 * @example support@example.com
			 */
			from?: string;
			/**
			 * HTML
			 * @description Beside the text, which is made of it where it is absent
			 * @default
			 */
			html?: string;
			/**
			 * Idempotency key
			 * @description The same key again gives the same answer, and no second mail
			 * @default
			 */
			idempotency_key?: string;
			/**
			 * Subject
			 * @default
			 */
			subject?: string;
			/**
			 * Template
			 * @description Filled for this; the text takes the place of {{text}} in it, or stands above
			 * @default
			 * @example received
			 */
			template?: string;
			/**
			 * Text
			 * @default
			 */
			text?: string;
			/**
			 * To
			 * @description "Ann <ann@example.com>"; preset of an answer: who wrote
			 * @example [
			 *       "Ann <ann@example.com>"
			 *     ]
			 */
			to?: string[];
		};
		/** Address that is to get no mail */
		NewSuppressionInput: {
			/**
			 * Account
			 * @description Empty: all
			 * @default
			 * @example support
			 */
			account?: string;
			/**
			 * Address
			 * @example ann@example.com
			 */
			address: string;
			/**
			 * Note
			 * @default
			 */
			note?: string;
		};
		/**
		 * New API token
		 * @example {
		 *       "name": "Reports",
		 *       "rights": [
		 *         "cases.read"
		 *       ]
		 *     }
		 */
		NewTokenInput: {
			/**
			 * Accounts
			 * @description Of those that one sees; none: all of them
			 * @example [
			 *       "support"
			 *     ]
			 */
			accounts?: string[];
			/**
			 * Ends
			 * Format: date-time
			 * @description null: never
			 */
			expires_at?: string | null;
			/**
			 * Name
			 * @description What it is for
			 */
			name: string;
			/**
			 * Operator ID
			 * @description Empty: one's own; another's takes the right operators.manage
			 * @default
			 * @example anna
			 */
			operator?: string;
			/**
			 * Rights
			 * @description Of those that one has; none: all of them
			 * @example [
			 *       "cases.read"
			 *     ]
			 */
			rights?: string[];
		};
		/** Operator */
		Operator: {
			/**
			 * Accounts
			 * @description Whose mail and settings may be read, and more; none: all of them (mailbox-user alone: only the operator's own)
			 */
			accounts: {
				/** Account */
				account: string;
				/** Change it */
				manage: boolean;
				/** Send as it */
				send: boolean;
			}[];
			/**
			 * Disabled
			 * @description Can't sign in, and sessions and tokens end
			 */
			disabled: boolean;
			/**
			 * E-mail address
			 * @description May be typed instead of the ID at sign-in; by it an identity provider's user is recognised
			 */
			email: string;
			/** Operator ID */
			id: string;
			/** Name */
			name: string;
			/**
			 * Subject at the identity provider
			 * @description OpenID Connect's sub; empty: the e-mail address decides, where the provider has verified it
			 */
			oidc_subject: string;
			/**
			 * Further rights
			 * @description Beyond those of the roles: cases.read, listeners.manage … (docs/operators.md lists them)
			 */
			rights: string[];
			/**
			 * Roles
			 * @description administrator, provider-manager, listener-administrator, listener-observer, agent, mailbox-user
			 */
			roles: string[];
		};
		/**
		 * Operator
		 * @example {
		 *       "id": "anna",
		 *       "name": "Anna Berg",
		 *       "email": "anna@example.com",
		 *       "roles": [
		 *         "agent"
		 *       ],
		 *       "accounts": [
		 *         {
		 *           "account": "support",
		 *           "send": true
		 *         }
		 *       ]
		 *     }
		 */
		OperatorInput: {
			/**
			 * Accounts
			 * @description Whose mail and settings may be read, and more; none: all of them (mailbox-user alone: only the operator's own)
			 */
			accounts?: {
				/** Account */
				account: string;
				/**
				 * Change it
				 * @default false
				 */
				manage?: boolean;
				/**
				 * Send as it
				 * @default false
				 */
				send?: boolean;
			}[];
			/**
			 * Disabled
			 * @description Can't sign in, and sessions and tokens end
			 * @default false
			 */
			disabled?: boolean;
			/**
			 * E-mail address
			 * @description May be typed instead of the ID at sign-in; by it an identity provider's user is recognised
			 * @default
			 * @example anna@example.com
			 */
			email?: string;
			/** Operator ID */
			id: string;
			/**
			 * Name
			 * @default
			 */
			name?: string;
			/**
			 * Subject at the identity provider
			 * @description OpenID Connect's sub; empty: the e-mail address decides, where the provider has verified it
			 * @default
			 */
			oidc_subject?: string;
			/**
			 * Further rights
			 * @description Beyond those of the roles: cases.read, listeners.manage … (docs/operators.md lists them)
			 * @example [
			 *       "cases.read"
			 *     ]
			 */
			rights?: string[];
			/**
			 * Roles
			 * @description administrator, provider-manager, listener-administrator, listener-observer, agent, mailbox-user
			 * @example [
			 *       "agent"
			 *     ]
			 */
			roles?: string[];
		};
		/** Outbox row */
		OutboxRow: {
			/** Account */
			account: string;
			/**
			 * Case
			 * @description Its id; 0: none
			 */
			case: number;
			/** Code of the last try */
			code: number;
			/** Why the copy isn't there */
			copy_reason: string;
			/**
			 * Copy in the Sent folder
			 * @description due, filing, done, failed; or none
			 */
			copy_state: string;
			/**
			 * Written
			 * Format: date-time
			 */
			created_at: string | null;
			/** From */
			from: string;
			/** ID */
			id: number;
			/**
			 * Kind
			 * @description answer (automatic), message, or alert
			 */
			kind: string;
			/** Message */
			message: number;
			/** Message-ID */
			message_id: string;
			/**
			 * Next try
			 * Format: date-time
			 */
			next_try_at: string | null;
			/** Recipients */
			recipients: {
				/** Address */
				address: string;
				/**
				 * Code
				 * @description Of the server's answer
				 */
				code: number;
				/** What a report says */
				diagnostic: string;
				/** Who reports */
				mta: string;
				/**
				 * Reason
				 * @description userunknown …
				 */
				reason: string;
				/** The server's answer */
				reply: string;
				/**
				 * The report
				 * @description A message's id; 0: none
				 */
				report: number;
				/**
				 * Reported at
				 * Format: date-time
				 */
				reported_at: string | null;
				/**
				 * State
				 * @description queued, sending, later, sent, failed, uncertain, delayed, delivered, bounced, suppressed, cancelled
				 */
				state: string;
				/**
				 * Enhanced status
				 * @description 5.1.1 (RFC 3463)
				 */
				status: string;
			}[];
			/** The server's answer */
			reply: string;
			/**
			 * Sent
			 * Format: date-time
			 */
			sent_at: string | null;
			/** State */
			state: string;
			/** Subject */
			subject: string;
			/** Tries */
			tries: number;
			/**
			 * Waits for
			 * @description automatic-mail: it is switched off
			 */
			waits_for: string;
			/**
			 * Written by
			 * @description The operator; empty: a machine
			 */
			written_by: string;
		};
		/** Session */
		OwnSession: {
			/** Address */
			address: string;
			/** Browser */
			agent: string;
			/**
			 * Signed in
			 * Format: date-time
			 */
			created_at: string | null;
			/** This one */
			current: boolean;
			/**
			 * Ends
			 * Format: date-time
			 */
			expires_at: string | null;
			/** Session ID */
			id: number;
			/**
			 * Method
			 * @description password, second-factor, recovery-code, oidc, link
			 */
			method: string;
			/**
			 * Last seen
			 * Format: date-time
			 * @description To the minute
			 */
			seen_at: string | null;
		};
		/** How a part stands */
		PartState: {
			/** Account */
			account: string;
			/** Last error */
			error: string;
			/**
			 * When
			 * Format: date-time
			 */
			error_at: string | null;
			/**
			 * ID
			 * @description Of the listener or inlet; of the account that sends
			 */
			id: string;
			/**
			 * Next try
			 * Format: date-time
			 */
			next_try_at: string | null;
			/**
			 * Works
			 * @description It does what it is there for; what is off or paused doesn't
			 */
			ok: boolean;
			/**
			 * Since
			 * Format: date-time
			 */
			since: string | null;
			/**
			 * State
			 * @description idle, waiting, connecting, connected, throttled, auth-failed, failed, paused, off, stopped
			 */
			state: string;
		};
		/** Password */
		PasswordInput: {
			/** New password */
			new_password: string;
			/** Password */
			password?: string;
		};
		/** Preview of an answer */
		Preview: {
			/**
			 * Empty
			 * @description Of new mail: what the template names and isn't there, such as case.number; it stays empty
			 */
			empty: string[];
			/** From */
			from: string;
			/** HTML */
			html: string;
			/** Subject */
			subject: string;
			/** Text */
			text: string;
			/** To */
			to: string[];
		};
		/**
		 * What is to be previewed
		 * @example {
		 *       "template": "received"
		 *     }
		 */
		PreviewWishInput: {
			/**
			 * Message
			 * @description Of the case; 0: the last one that came in
			 * @default 0
			 */
			message?: number;
			/**
			 * Quote
			 * @default false
			 */
			quote?: boolean;
			/**
			 * Template
			 * @description Filled for this; the text takes the place of {{text}} in it, or stands above
			 * @default
			 * @example received
			 */
			template?: string;
			/**
			 * Text
			 * @default
			 */
			text?: string;
		};
		/**
		 * Problem
		 * @description What went wrong (RFC 9457)
		 */
		Problem: {
			/** @description The kind of fault: invalid, not-found, conflict … */
			code: string;
			detail: string;
			/** @description Where in the record: accounts/support/send/port */
			path?: string;
			/** @enum {string} */
			retry: "never" | "later" | "now";
			status: number;
			title: string;
		};
		/** Provider */
		Provider: {
			/**
			 * App password
			 * @description Whether programs get a password of their own, always or with two-step verification
			 * @enum {string}
			 */
			app_password: "no" | "needed" | "with-2fa";
			/**
			 * Mail domains
			 * @description What stands behind the @ of addresses at this provider
			 */
			domains: string[];
			/**
			 * Files sent mail
			 * @description The provider puts what it sends into the Sent folder by itself
			 */
			files_sent: boolean;
			/** Special folders */
			folders: {
				/** Archive */
				archive: string;
				/** Drafts */
				drafts: string;
				/** Junk */
				junk: string;
				/**
				 * Sent
				 * @description Names as people see them; empty: the folder that the server marks so
				 */
				sent: string;
				/** Trash */
				trash: string;
			};
			/**
			 * Help
			 * @description Where the provider explains access by IMAP, POP3 and SMTP
			 */
			help_url: string;
			/** Provider ID */
			id: string;
			/** Limits */
			limits: {
				/**
				 * Connections
				 * @description At once, for one account; 0: as many as needed
				 */
				connections: number;
				/**
				 * Size of a message
				 * @description MB of one mail that is sent, files encoded; 0: what the server says
				 */
				message_mb: number;
				/**
				 * Messages a day
				 * @description Sent by one account in 24 hours; 0: no limit
				 */
				messages_per_day: number;
				/**
				 * Messages an hour
				 * @description Sent by one account; 0: no limit
				 */
				messages_per_hour: number;
				/**
				 * MB fetched a day
				 * @description 0: no limit
				 */
				receive_mb_per_day: number;
				/**
				 * Recipients a day
				 * @description 0: no limit
				 */
				recipients_per_day: number;
				/**
				 * Recipients of a message
				 * @description 0: no limit
				 */
				recipients_per_message: number;
				/**
				 * MB sent a day
				 * @description 0: no limit
				 */
				send_mb_per_day: number;
			};
			/**
			 * User name
			 * @description Typed for each account, or taken from the sender's address: what stands before the @, all of it, or all of it with a dot for the @
			 * @enum {string}
			 */
			login: "typed" | "local-part" | "address" | "local-part.domain";
			/**
			 * Logo
			 * @description PNG, JPEG or SVG of at most 64 KiB in base64; {file: PATH} reads one at apply, beginning at the set-up file's folder, and takes an SVG's shapes without anything else
			 */
			logo: string;
			/**
			 * MX hosts
			 * @description How the names of mail exchangers end whose domains are hosted here: google.com stands for aspmx.l.google.com, too
			 */
			mx: string[];
			/** Name */
			name: string;
			/**
			 * Note
			 * @description What a person has to do before it works
			 */
			note: string;
			/** OAuth */
			oauth: {
				/**
				 * Only OAuth
				 * @description The provider takes no passwords any more
				 */
				required: boolean;
				/**
				 * Scopes
				 * @description What a token must permit
				 */
				scopes: string[];
				/**
				 * Template
				 * @description The template that authentication profiles for this provider begin with, such as microsoft or google; empty: no OAuth
				 */
				template: string;
			};
			/** POP3 beside it */
			pop3: {
				/**
				 * Server
				 * @description Name of the POP3 server; empty: none
				 */
				host: string;
				/**
				 * Port
				 * @description 0: by security, 995 for tls and 110 otherwise
				 */
				port: number;
				/**
				 * Connection security
				 * @description Left out, starttls with port 110
				 * @enum {string}
				 */
				security: "none" | "starttls" | "tls";
			};
			/** Receiving */
			receive: {
				/**
				 * Download mail
				 * @description Accounts of this provider may receive
				 */
				enabled: boolean;
				/**
				 * Server
				 * @description Name of the IMAP or POP3 server, such as imap.example.com
				 */
				host: string;
				/**
				 * Port
				 * @description 0: by security, 993 for tls and 143 otherwise; with POP3 995 and 110
				 */
				port: number;
				/**
				 * Protocol
				 * @enum {string}
				 */
				protocol: "imap" | "pop3" | "graph" | "maildir";
				/**
				 * Connection security
				 * @description Left out, starttls with port 143 or 110. tls encrypts from the start, starttls after the greeting, none not at all
				 * @enum {string}
				 */
				security: "none" | "starttls" | "tls";
			};
			/** Sending */
			send: {
				/**
				 * Allow sending
				 * @description Accounts of this provider may send
				 */
				enabled: boolean;
				/**
				 * Server
				 * @description Name of the SMTP server, such as smtp.example.com
				 */
				host: string;
				/**
				 * User name
				 * @description same: as the provider's rule says; else a rule of its own for sending
				 * @enum {string}
				 */
				login: "same" | "typed" | "local-part" | "address" | "local-part.domain";
				/**
				 * Port
				 * @description 0: by security, 587 for starttls, 465 for tls, 25 for none
				 */
				port: number;
				/**
				 * Protocol
				 * @enum {string}
				 */
				protocol: "smtp" | "graph";
				/**
				 * Connection security
				 * @description Left out, tls with port 465. tls encrypts from the start, starttls after the greeting, none not at all
				 * @enum {string}
				 */
				security: "none" | "starttls" | "tls";
				/**
				 * Time-out
				 * @description Seconds without an answer before the connection is given up
				 */
				timeout_s: number;
			};
		};
		/**
		 * Provider
		 * @example {
		 *       "id": "example",
		 *       "name": "Example Mail",
		 *       "domains": [
		 *         "example.com"
		 *       ],
		 *       "receive": {
		 *         "host": "imap.example.com",
		 *         "port": 993,
		 *         "security": "tls"
		 *       },
		 *       "send": {
		 *         "host": "smtp.example.com",
		 *         "port": 465,
		 *         "security": "tls"
		 *       }
		 *     }
		 */
		ProviderInput: {
			/**
			 * App password
			 * @description Whether programs get a password of their own, always or with two-step verification
			 * @default no
			 * @enum {string}
			 */
			app_password?: "no" | "needed" | "with-2fa";
			/**
			 * Mail domains
			 * @description What stands behind the @ of addresses at this provider
			 * @example [
			 *       "example.com"
			 *     ]
			 */
			domains?: string[];
			/**
			 * Files sent mail
			 * @description The provider puts what it sends into the Sent folder by itself
			 * @default false
			 */
			files_sent?: boolean;
			/** Special folders */
			folders?: {
				/**
				 * Archive
				 * @default
				 */
				archive?: string;
				/**
				 * Drafts
				 * @default
				 */
				drafts?: string;
				/**
				 * Junk
				 * @default
				 */
				junk?: string;
				/**
				 * Sent
				 * @description Names as people see them; empty: the folder that the server marks so
				 * @default
				 */
				sent?: string;
				/**
				 * Trash
				 * @default
				 */
				trash?: string;
			};
			/**
			 * Help
			 * @description Where the provider explains access by IMAP, POP3 and SMTP
			 * @default
			 * @example https://example.com/help
			 */
			help_url?: string;
			/** Provider ID */
			id: string;
			/** Limits */
			limits?: {
				/**
				 * Connections
				 * @description At once, for one account; 0: as many as needed
				 * @default 0
				 */
				connections?: number;
				/**
				 * Size of a message
				 * @description MB of one mail that is sent, files encoded; 0: what the server says
				 * @default 0
				 */
				message_mb?: number;
				/**
				 * Messages a day
				 * @description Sent by one account in 24 hours; 0: no limit
				 * @default 0
				 */
				messages_per_day?: number;
				/**
				 * Messages an hour
				 * @description Sent by one account; 0: no limit
				 * @default 0
				 */
				messages_per_hour?: number;
				/**
				 * MB fetched a day
				 * @description 0: no limit
				 * @default 0
				 */
				receive_mb_per_day?: number;
				/**
				 * Recipients a day
				 * @description 0: no limit
				 * @default 0
				 */
				recipients_per_day?: number;
				/**
				 * Recipients of a message
				 * @description 0: no limit
				 * @default 0
				 */
				recipients_per_message?: number;
				/**
				 * MB sent a day
				 * @description 0: no limit
				 * @default 0
				 */
				send_mb_per_day?: number;
			};
			/**
			 * User name
			 * @description Typed for each account, or taken from the sender's address: what stands before the @, all of it, or all of it with a dot for the @
			 * @default typed
			 * @enum {string}
			 */
			login?: "typed" | "local-part" | "address" | "local-part.domain";
			/**
			 * Logo
			 * @description PNG, JPEG or SVG of at most 64 KiB in base64; {file: PATH} reads one at apply, beginning at the set-up file's folder, and takes an SVG's shapes without anything else
			 * @default
			 * @example iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==
			 */
			logo?: string;
			/**
			 * MX hosts
			 * @description How the names of mail exchangers end whose domains are hosted here: google.com stands for aspmx.l.google.com, too
			 * @example [
			 *       "mx.example.com"
			 *     ]
			 */
			mx?: string[];
			/**
			 * Name
			 * @default
			 */
			name?: string;
			/**
			 * Note
			 * @description What a person has to do before it works
			 * @default
			 */
			note?: string;
			/** OAuth */
			oauth?: {
				/**
				 * Only OAuth
				 * @description The provider takes no passwords any more
				 * @default false
				 */
				required?: boolean;
				/**
				 * Scopes
				 * @description What a token must permit
				 */
				scopes?: string[];
				/**
				 * Template
				 * @description The template that authentication profiles for this provider begin with, such as microsoft or google; empty: no OAuth
				 * @default
				 */
				template?: string;
			};
			/** POP3 beside it */
			pop3?: {
				/**
				 * Server
				 * @description Name of the POP3 server; empty: none
				 * @default
				 * @example pop.example.com
				 */
				host?: string;
				/**
				 * Port
				 * @description 0: by security, 995 for tls and 110 otherwise
				 * @default 0
				 */
				port?: number | unknown | 0;
				/**
				 * Connection security
				 * @description Left out, starttls with port 110
				 * @default tls
				 * @enum {string}
				 */
				security?: "none" | "starttls" | "tls";
			};
			/** Receiving */
			receive?: {
				/**
				 * Download mail
				 * @description Accounts of this provider may receive
				 * @default true
				 */
				enabled?: boolean;
				/**
				 * Server
				 * @description Name of the IMAP or POP3 server, such as imap.example.com
				 * @default
				 * @example imap.example.com
				 */
				host?: string;
				/**
				 * Port
				 * @description 0: by security, 993 for tls and 143 otherwise; with POP3 995 and 110
				 * @default 0
				 */
				port?: number | unknown | 0;
				/**
				 * Protocol
				 * @default imap
				 * @enum {string}
				 */
				protocol?: "imap" | "pop3" | "graph" | "maildir";
				/**
				 * Connection security
				 * @description Left out, starttls with port 143 or 110. tls encrypts from the start, starttls after the greeting, none not at all
				 * @default tls
				 * @enum {string}
				 */
				security?: "none" | "starttls" | "tls";
			};
			/** Sending */
			send?: {
				/**
				 * Allow sending
				 * @description Accounts of this provider may send
				 * @default true
				 */
				enabled?: boolean;
				/**
				 * Server
				 * @description Name of the SMTP server, such as smtp.example.com
				 * @default
				 * @example smtp.example.com
				 */
				host?: string;
				/**
				 * User name
				 * @description same: as the provider's rule says; else a rule of its own for sending
				 * @default same
				 * @enum {string}
				 */
				login?: "same" | "typed" | "local-part" | "address" | "local-part.domain";
				/**
				 * Port
				 * @description 0: by security, 587 for starttls, 465 for tls, 25 for none
				 * @default 0
				 */
				port?: number | unknown | 0;
				/**
				 * Protocol
				 * @default smtp
				 * @enum {string}
				 */
				protocol?: "smtp" | "graph";
				/**
				 * Connection security
				 * @description Left out, tls with port 465. tls encrypts from the start, starttls after the greeting, none not at all
				 * @default starttls
				 * @enum {string}
				 */
				security?: "none" | "starttls" | "tls";
				/**
				 * Time-out
				 * @description Seconds without an answer before the connection is given up
				 * @default 40
				 */
				timeout_s?: number;
			};
		};
		/** Readiness */
		Readiness: {
			/** Checks */
			checks: {
				/** Reason */
				detail: string;
				/**
				 * Check
				 * @description store, schema, committer or listeners
				 */
				name: string;
				/** OK */
				ok: boolean;
			}[];
			/**
			 * Failing parts
			 * @description For callers with the right listeners.read
			 */
			parts: {
				/** Last error */
				error: string;
				/** ID */
				id: string;
				/**
				 * Kind
				 * @description listener or sender
				 */
				kind: string;
				/**
				 * Since
				 * Format: date-time
				 */
				since: string | null;
				/** State */
				state: string;
			}[];
			/**
			 * Status
			 * @description degraded: works, and some listeners fail
			 * @enum {string}
			 */
			status: "ready" | "degraded" | "not-ready";
		};
		/** How many are sent again */
		Replayed: {
			/**
			 * Deliveries
			 * @description That are sent again
			 */
			count: number;
		};
		/** What is sent again */
		ReplayInput: {
			/**
			 * After
			 * @description Events behind this number
			 * @default 0
			 */
			after?: number;
			/**
			 * All
			 * @description Also what was delivered, or never owed; else what failed
			 * @default false
			 */
			all?: boolean;
		};
		/**
		 * Answer in a case
		 * @example {
		 *       "text": "Please switch it off, and on again.",
		 *       "quote": true
		 *     }
		 */
		ReplyInput: {
			/** Attachments */
			attachments?: {
				/**
				 * Content
				 * @description In base64
				 * @default
				 * @example SGVsbG8=
				 */
				content?: string;
				/**
				 * Message
				 * @description Instead of content: the message whose file it is
				 * @default 0
				 */
				message?: number;
				/**
				 * Name
				 * @default
				 */
				name?: string;
				/**
				 * Number
				 * @description … and the file's number
				 * @default 0
				 */
				number?: number | unknown | 0;
				/**
				 * Media type
				 * @description application/octet-stream where absent
				 * @default
				 * @example application/pdf
				 */
				type?: string;
			}[];
			/**
			 * Bcc
			 * @example [
			 *       "ann@example.com"
			 *     ]
			 */
			bcc?: string[];
			/**
			 * Cc
			 * @example [
			 *       "ann@example.com"
			 *     ]
			 */
			cc?: string[];
			/**
			 * Status
			 * @description That the case gets with it
			 * @default
			 * @example resolved
			 */
			close_as_status?: string;
			/**
			 * From
			 * @description One of the account's addresses; preset: the one that was written to
			 * @default
			 * @example support@example.com
			 */
			from?: string;
			/**
			 * HTML
			 * @description Beside the text, which is made of it where it is absent
			 * @default
			 */
			html?: string;
			/**
			 * Idempotency key
			 * @description The same key again gives the same answer, and no second mail
			 * @default
			 */
			idempotency_key?: string;
			/**
			 * Message
			 * @description Of the case; 0: the last one that came in
			 * @default 0
			 */
			message?: number;
			/**
			 * Quote
			 * @description What is answered stands below the text
			 * @default false
			 */
			quote?: boolean;
			/**
			 * Subject
			 * @default
			 */
			subject?: string;
			/**
			 * Template
			 * @description Filled for this; the text takes the place of {{text}} in it, or stands above
			 * @default
			 * @example received
			 */
			template?: string;
			/**
			 * Text
			 * @default
			 */
			text?: string;
			/**
			 * To
			 * @description "Ann <ann@example.com>"; preset of an answer: who wrote
			 * @example [
			 *       "Ann <ann@example.com>"
			 *     ]
			 */
			to?: string[];
		};
		/** Right */
		Right: {
			/** Label */
			label: string;
			/** Name */
			name: string;
		};
		/** Role */
		Role: {
			/** What it is for */
			help: string;
			/** Label */
			label: string;
			/** Name */
			name: string;
			/** Rights */
			rights: string[];
		};
		/** Service rule */
		Rule: {
			/**
			 * Branches
			 * @description Tried from the top; the first whose conditions all hold counts
			 */
			branches: {
				/**
				 * Service activity
				 * @enum {string}
				 */
				activity: "create-case" | "file" | "discard";
				/**
				 * Case type
				 * @description For create-case
				 */
				case_type: string;
				/** Mapping */
				map: {
					/**
					 * Required
					 * @description An empty value is an error
					 */
					required: boolean;
					/**
					 * Value
					 * @description Where it comes from: subject, from, body, reply, header:NAME, regex:SOURCE:PATTERN, text:CONSTANT …
					 */
					source: string;
					/** Case field */
					target: string;
				}[];
				/** Name */
				name: string;
				/**
				 * Conditions
				 * @description All must hold; none: always
				 */
				when: {
					/**
					 * Value
					 * @description What is looked at: subject, from, to, body, reply, header:NAME, regex:SOURCE:PATTERN …
					 */
					field: string;
					/**
					 * Not
					 * @description The condition holds where it otherwise wouldn't
					 */
					not: boolean;
					/**
					 * Operator
					 * @description Letters' case is ignored, but for matches (write (?i) there)
					 * @enum {string}
					 */
					operator: "is" | "contains" | "starts-with" | "ends-with" | "matches" | "exists";
					/** Compared with */
					value: string;
				}[];
			}[];
			/** Service rule ID */
			id: string;
			/** Name */
			name: string;
			/**
			 * Responses
			 * @description The first that fits what happened is sent
			 */
			responses: {
				/**
				 * Template
				 * @description Empty: nothing is sent
				 */
				template: string;
				/**
				 * When
				 * @enum {string}
				 */
				when: "created" | "updated" | "mapping-error" | "security-error" | "service-error" | "default";
			}[];
		};
		/**
		 * Service rule
		 * @example {
		 *       "id": "support",
		 *       "branches": [
		 *         {
		 *           "name": "orders",
		 *           "when": [
		 *             {
		 *               "field": "subject",
		 *               "operator": "starts-with",
		 *               "value": "Order:"
		 *             }
		 *           ],
		 *           "activity": "create-case",
		 *           "case_type": "request"
		 *         },
		 *         {
		 *           "name": "everything else",
		 *           "activity": "create-case",
		 *           "case_type": "request"
		 *         }
		 *       ],
		 *       "responses": [
		 *         {
		 *           "when": "created",
		 *           "template": "received"
		 *         }
		 *       ]
		 *     }
		 */
		RuleInput: {
			/**
			 * Branches
			 * @description Tried from the top; the first whose conditions all hold counts
			 */
			branches: {
				/**
				 * Service activity
				 * @default create-case
				 * @enum {string}
				 */
				activity?: "create-case" | "file" | "discard";
				/**
				 * Case type
				 * @description For create-case
				 * @default
				 */
				case_type?: string;
				/** Mapping */
				map?: {
					/**
					 * Required
					 * @description An empty value is an error
					 * @default false
					 */
					required?: boolean;
					/**
					 * Value
					 * @description Where it comes from: subject, from, body, reply, header:NAME, regex:SOURCE:PATTERN, text:CONSTANT …
					 * @example regex:body:Amount:\s*(.+)
					 */
					source: string;
					/** Case field */
					target: string;
				}[];
				/**
				 * Name
				 * @default
				 */
				name?: string;
				/**
				 * Conditions
				 * @description All must hold; none: always
				 */
				when?: {
					/**
					 * Value
					 * @description What is looked at: subject, from, to, body, reply, header:NAME, regex:SOURCE:PATTERN …
					 * @example subject
					 */
					field: string;
					/**
					 * Not
					 * @description The condition holds where it otherwise wouldn't
					 * @default false
					 */
					not?: boolean;
					/**
					 * Operator
					 * @description Letters' case is ignored, but for matches (write (?i) there)
					 * @default is
					 * @enum {string}
					 */
					operator?: "is" | "contains" | "starts-with" | "ends-with" | "matches" | "exists";
					/**
					 * Compared with
					 * @default
					 */
					value?: string;
				}[];
			}[];
			/** Service rule ID */
			id: string;
			/**
			 * Name
			 * @default
			 */
			name?: string;
			/**
			 * Responses
			 * @description The first that fits what happened is sent
			 */
			responses?: {
				/**
				 * Template
				 * @description Empty: nothing is sent
				 * @default
				 */
				template?: string;
				/**
				 * When
				 * @default default
				 * @enum {string}
				 */
				when?: "created" | "updated" | "mapping-error" | "security-error" | "service-error" | "default";
			}[];
		};
		/**
		 * Trial of a rule
		 * @example {
		 *       "listener": "support",
		 *       "mail": {
		 *         "from": "Ann <ann@example.com>",
		 *         "subject": "Order: paper",
		 *         "text": "Two boxes, please."
		 *       }
		 *     }
		 */
		RuleTrialInput: {
			/**
			 * Account
			 * @description Whose mail it is, where no listener is named
			 * @default
			 * @example support
			 */
			account?: string;
			/**
			 * Listener
			 * @description As whose mail it is handled
			 * @default
			 * @example support
			 */
			listener?: string;
			/** Typed mail */
			mail?: {
				/**
				 * From
				 * @default
				 * @example Ann <ann@example.com>
				 */
				from?: string;
				/**
				 * Answer to
				 * @description A Message-ID, without <>
				 * @default
				 */
				in_reply_to?: string;
				/**
				 * Subject
				 * @default
				 */
				subject?: string;
				/**
				 * Text
				 * @default
				 */
				text?: string;
				/**
				 * To
				 * @description Empty: the account's address
				 * @default
				 * @example support@example.com
				 */
				to?: string;
			};
			/**
			 * Uploaded mail
			 * @description A whole mail in base64, instead
			 * @default
			 * @example U3ViamVjdDogT3JkZXI6IHBhcGVyDQoNClR3byBib3hlcywgcGxlYXNlLg==
			 */
			raw?: string;
			/**
			 * Rule
			 * @description One that isn't stored, as for PUT /api/v1/rules/{id}
			 */
			rule?: unknown;
			/**
			 * Stored rule
			 * @description Instead of that; empty: the listener's
			 * @default
			 * @example support
			 */
			rule_id?: string;
			/**
			 * Stored message
			 * @description The id of a message, instead
			 * @default 0
			 */
			stored?: number;
		};
		/** What became of it */
		RuleTrialResult: {
			/** Activity */
			activity: string;
			/** Answer's subject */
			answer_subject: string;
			/** Answer's text */
			answer_text: string;
			/** It is answered */
			answered: boolean;
			/**
			 * Written by
			 * @description none: a person; auto-reply, newsletter …
			 */
			automatic: string;
			/** Branch */
			branch: string;
			/**
			 * Case
			 * @description That would be opened or joined
			 */
			case_number: string;
			/** Case type */
			case_type: string;
			/**
			 * Fault
			 * @description Why it fails or is held
			 */
			fault: string;
			/** Mapping error */
			mapping_error: string;
			/**
			 * Why no answer
			 * @description automatic, own-mail, no-response …: as in the ledger
			 */
			no_answer: string;
			/**
			 * Outcome
			 * @description created, updated, reopened, filed, discarded …
			 */
			outcome: string;
			/**
			 * It came to its rule
			 * @description Mail by machines, reports and blocked senders doesn't
			 */
			rule_run: boolean;
			/** Signs of a machine */
			signs: string[];
			/**
			 * State
			 * @description committed, acknowledged, held, failed
			 */
			state: string;
			/** What was found of cases */
			threading: string[];
			/** Step by step */
			trace: string[];
			/** Values */
			values: {
				/** Source */
				source: string;
				/** Field */
				target: string;
				/** Value */
				value: string;
			}[];
		};
		/** What was found */
		SearchResult: {
			/** Account */
			account: string;
			/**
			 * Time
			 * Format: date-time
			 */
			at: string | null;
			/**
			 * Case
			 * @description Its id; 0: none
			 */
			case: number;
			/** Case's number */
			case_number: string;
			/** Case's status */
			case_status: string;
			/**
			 * Direction
			 * @description in or out; empty of a case
			 */
			direction: string;
			/** From */
			from: string;
			/** Sender's name */
			from_name: string;
			/**
			 * ID
			 * @description Of the message or the case
			 */
			id: number;
			/**
			 * Kind
			 * @description message, or case (its fields or contact fit)
			 */
			kind: string;
			/**
			 * Score
			 * @description Higher is better, within this answer
			 */
			score: number;
			/** The text around the first hit */
			snippet: {
				/** What was looked for */
				hit: boolean;
				/** Text */
				text: string;
			}[];
			/** Subject */
			subject: string;
			/** Subject with its hits */
			subject_pieces: {
				/** What was looked for */
				hit: boolean;
				/** Text */
				text: string;
			}[];
		};
		/** Second factor */
		SecondFactorInput: {
			/**
			 * Code
			 * @description Of the new key, to confirm it; to remove it, of the present one, or a recovery code
			 * @default
			 */
			code?: string;
			/** Password */
			password?: string;
		};
		/** Second factor */
		SecondFactorView: {
			/**
			 * Confirmed
			 * @description It is asked for at every sign-in from now on
			 */
			confirmed: boolean;
			/**
			 * CSRF token
			 * @description Of the session that goes on, where it was confirmed
			 */
			csrf: string;
			/**
			 * Key
			 * @description To type into an authenticator program
			 */
			key: string;
			/**
			 * Recovery codes
			 * @description Each good once, where the telephone is lost; shown this once
			 */
			recovery_codes: string[];
			/**
			 * URI
			 * @description The same as otpauth: URI, for a QR code
			 */
			uri: string;
		};
		/** Session */
		Session: {
			/** Accounts */
			accounts: {
				/** Account ID */
				id: string;
				/** Change it */
				manage: boolean;
				/** Account name */
				name: string;
				/** Personal mailbox of this operator */
				own: boolean;
				/** Send as it */
				send: boolean;
			}[];
			/**
			 * All accounts
			 * @description Also those to come
			 */
			all_accounts: boolean;
			/**
			 * CSRF token
			 * @description For the header X-Hauspost-Csrf of every change
			 */
			csrf: string;
			/**
			 * Session ends
			 * Format: date-time
			 */
			expires_at: string | null;
			/** Has a password */
			has_password: boolean;
			/**
			 * Kind
			 * @description nobody, session or token
			 */
			kind: string;
			/** Name */
			name: string;
			/**
			 * No operator yet
			 * @description The program printed a link for the first administrator
			 */
			needs_first: boolean;
			/** Operator ID */
			operator: string;
			/**
			 * Oversees
			 * @description Also what belongs to no account: webhooks, metrics, the set-up; others' personal mailboxes aside
			 */
			oversees: boolean;
			/** Identity providers to sign in with */
			providers: {
				/** Identity provider ID */
				id: string;
				/**
				 * Name
				 * @description For the button: Sign in with …
				 */
				name: string;
				/** Where a browser goes */
				url: string;
			}[];
			/** Recovery codes left */
			recovery_codes_left: number;
			/** Rights */
			rights: string[];
			/** Roles */
			roles: string[];
			/** Has a second factor */
			second_factor: boolean;
			/** Signed in */
			signed_in: boolean;
		};
		/** Sign-in */
		SignInEntry: {
			/**
			 * What
			 * @description sign-in, sign-in.failed, token.created …
			 */
			action: string;
			/** Address */
			address: string;
			/** Browser or program */
			agent: string;
			/**
			 * When
			 * Format: date-time
			 */
			at: string | null;
			/**
			 * Who
			 * @description ?: who failed to sign in as nobody that there is
			 */
			author: string;
			/** Detail */
			detail: string;
			/** Entry ID */
			id: number;
			/**
			 * About
			 * @description operators/ID
			 */
			object: string;
		};
		/** Sign-in */
		SignInInput: {
			/**
			 * Code
			 * @description Of the second factor, or a recovery code; only where there is one
			 * @default
			 */
			code?: string;
			/** Operator ID or e-mail address */
			operator: string;
			/** Password */
			password?: string;
		};
		/** One-time link */
		SignInLinkCheckInput: {
			/** Token of the link */
			token: string;
		};
		/** One-time link */
		SignInLinkInput: {
			/**
			 * Code
			 * @description Of the second factor, or a recovery code, where the operator has one
			 * @default
			 */
			code?: string;
			/**
			 * E-mail address
			 * @description Of the first administrator
			 * @default
			 */
			email?: string;
			/**
			 * Name
			 * @description Of the first administrator
			 * @default
			 */
			name?: string;
			/**
			 * Operator ID
			 * @description Of the first administrator; else the link says it
			 * @default
			 */
			operator?: string;
			/** Password */
			password: string;
			/** Token of the link */
			token: string;
		};
		/** One-time link */
		SignInLinkView: {
			/**
			 * Good until
			 * Format: date-time
			 */
			expires_at: string | null;
			/** Makes the first administrator */
			first: boolean;
			/** Name */
			name: string;
			/**
			 * Operator ID
			 * @description Empty: to be chosen
			 */
			operator: string;
		};
		/** Counts over time */
		Statistics: {
			/**
			 * From
			 * Format: date-time
			 */
			from: string | null;
			/** Series */
			series: {
				/**
				 * Of what
				 * @description A listener's or account's id
				 */
				name: string;
				/**
				 * Series
				 * @description received, parked (by listener); sent, failed, bounced, queued (by account); failures; latency_p50, latency_p95 (ms, by account); latency_all_p50, latency_all_p95
				 */
				series: string;
				/**
				 * Values
				 * @description One for each step from `from`; of latency null where no mail came
				 */
				values: unknown;
			}[];
			/**
			 * Step
			 * @description Seconds
			 */
			step_s: number;
			/**
			 * To
			 * Format: date-time
			 */
			to: string | null;
		};
		/** How everything stands */
		Status: {
			/** Automatic mail is on */
			automatic_mail: boolean;
			/** Incoming mail */
			incoming: {
				/** Held */
				held: number;
				/** Parked */
				parked: number;
				/** To be tried again */
				retrying: number;
			};
			/** Inlets */
			inlets: {
				/** Account */
				account: string;
				/** Last error */
				error: string;
				/**
				 * When
				 * Format: date-time
				 */
				error_at: string | null;
				/**
				 * ID
				 * @description Of the listener or inlet; of the account that sends
				 */
				id: string;
				/**
				 * Next try
				 * Format: date-time
				 */
				next_try_at: string | null;
				/**
				 * Works
				 * @description It does what it is there for; what is off or paused doesn't
				 */
				ok: boolean;
				/**
				 * Since
				 * Format: date-time
				 */
				since: string | null;
				/**
				 * State
				 * @description idle, waiting, connecting, connected, throttled, auth-failed, failed, paused, off, stopped
				 */
				state: string;
			}[];
			/** Listeners */
			listeners: {
				/** Account */
				account: string;
				/** Last error */
				error: string;
				/**
				 * When
				 * Format: date-time
				 */
				error_at: string | null;
				/**
				 * ID
				 * @description Of the listener or inlet; of the account that sends
				 */
				id: string;
				/**
				 * Next try
				 * Format: date-time
				 */
				next_try_at: string | null;
				/**
				 * Works
				 * @description It does what it is there for; what is off or paused doesn't
				 */
				ok: boolean;
				/**
				 * Since
				 * Format: date-time
				 */
				since: string | null;
				/**
				 * State
				 * @description idle, waiting, connecting, connected, throttled, auth-failed, failed, paused, off, stopped
				 */
				state: string;
			}[];
			/** Mail flows */
			ok: boolean;
			/** Outbox */
			outbox: {
				/** Failed since yesterday */
				failed_today: number;
				/**
				 * The oldest since
				 * Format: date-time
				 */
				oldest_at: string | null;
				/** Uncertain */
				uncertain: number;
				/** Waiting */
				waiting: number;
			};
			/** Problems */
			problems: number;
			/** serve runs */
			running: boolean;
			/**
			 * Since
			 * Format: date-time
			 */
			running_since: string | null;
			/** Sending */
			senders: {
				/** Account */
				account: string;
				/** Last error */
				error: string;
				/**
				 * When
				 * Format: date-time
				 */
				error_at: string | null;
				/**
				 * ID
				 * @description Of the listener or inlet; of the account that sends
				 */
				id: string;
				/**
				 * Next try
				 * Format: date-time
				 */
				next_try_at: string | null;
				/**
				 * Works
				 * @description It does what it is there for; what is off or paused doesn't
				 */
				ok: boolean;
				/**
				 * Since
				 * Format: date-time
				 */
				since: string | null;
				/**
				 * State
				 * @description idle, waiting, connecting, connected, throttled, auth-failed, failed, paused, off, stopped
				 */
				state: string;
			}[];
		};
		/** Suppressed address */
		Suppression: {
			/**
			 * Account
			 * @description Empty: all
			 */
			account: string;
			/** Gets no mail */
			active: boolean;
			/** Address */
			address: string;
			/**
			 * Who did it
			 * @description mail, or a person
			 */
			author: string;
			/**
			 * Class
			 * @description userunknown …
			 */
			class: string;
			/** Bounces */
			count: number;
			/**
			 * The report
			 * @description A message's id; 0: none
			 */
			message: number;
			/** Note */
			note: string;
			/**
			 * Reason
			 * @description hard-bounce, soft-bounce, complaint, manual
			 */
			reason: string;
			/**
			 * Since
			 * Format: date-time
			 */
			since: string | null;
			/**
			 * Status
			 * @description 5.1.1 (RFC 3463)
			 */
			status: string;
			/**
			 * Until
			 * Format: date-time
			 * @description null: for ever
			 */
			until: string | null;
		};
		/** Template */
		Template: {
			/**
			 * HTML
			 * @description The same as HTML; empty: the message has text only
			 */
			html: string;
			/** Template ID */
			id: string;
			/** Name */
			name: string;
			/** Subject */
			subject: string;
			/**
			 * Text
			 * @description With {{placeholders}}: case.number, case.subject, case.status, case.id, contact.name, contact.address, message.subject, message.from, message.date, account.name, account.address; field.NAME is a field of the case, text what a person wrote, message.size and message.limit are those of mail that is too large
			 */
			text: string;
		};
		/**
		 * Template
		 * @example {
		 *       "id": "received",
		 *       "name": "Acknowledgement",
		 *       "text": "Hello {{contact.name}},\n\nyour mail has the number {{case.number}}.\n"
		 *     }
		 */
		TemplateInput: {
			/**
			 * HTML
			 * @description The same as HTML; empty: the message has text only
			 * @default
			 */
			html?: string;
			/** Template ID */
			id: string;
			/**
			 * Name
			 * @default
			 */
			name?: string;
			/**
			 * Subject
			 * @default Re: {{message.subject}} [{{case.number}}]
			 */
			subject?: string;
			/**
			 * Text
			 * @description With {{placeholders}}: case.number, case.subject, case.status, case.id, contact.name, contact.address, message.subject, message.from, message.date, account.name, account.address; field.NAME is a field of the case, text what a person wrote, message.size and message.limit are those of mail that is too large
			 */
			text: string;
		};
		/** API token */
		Token: {
			/**
			 * Accounts
			 * @description Empty: all of the operator's
			 */
			accounts: string[];
			/**
			 * Made
			 * Format: date-time
			 */
			created_at: string | null;
			/** Made by */
			created_by: string;
			/**
			 * Ends
			 * Format: date-time
			 */
			expires_at: string | null;
			/** Token ID */
			id: number;
			/** Name */
			name: string;
			/** Operator ID */
			operator: string;
			/** First letters */
			prefix: string;
			/**
			 * Rights
			 * @description Empty: all of the operator's
			 */
			rights: string[];
			/**
			 * Token
			 * @description The whole of it, when it was just made; never again
			 */
			token: string;
			/**
			 * Used last
			 * Format: date-time
			 * @description To the minute
			 */
			used_at: string | null;
			/** From the address */
			used_from: string;
		};
		/** What is said on connections */
		Trace: {
			/** Switched on by */
			author: string;
			/**
			 * Begins at
			 * @description The byte of the transcript at which `text` begins
			 */
			from: number;
			/**
			 * Goes on at
			 * @description For `from` of the next request
			 */
			next: number;
			/** On */
			on: boolean;
			/**
			 * Since
			 * Format: date-time
			 * @description Where it differs from before, another transcript has begun
			 */
			since: string | null;
			/**
			 * Lines
			 * @description "TIME CONNECTION C: …" is the client's, "S: …" the server's; "-- …" is a remark
			 */
			text: string;
			/**
			 * Until
			 * Format: date-time
			 */
			until: string | null;
		};
		/** Trace switch */
		TraceOrderInput: {
			/**
			 * Minutes
			 * @default 30
			 */
			minutes?: number;
			/** On */
			on: boolean;
		};
		/** Test of an account */
		UnsavedAccountTestInput: {
			/**
			 * Account
			 * @description As for PUT /api/v1/accounts/{id}; a masked secret is the one that is stored
			 */
			account: unknown;
			/**
			 * Send to
			 * @description Really send a mail to this address; empty: none
			 * @default
			 * @example anna@example.com
			 */
			send_to?: string;
			/**
			 * Side
			 * @description both, as far as they are set up
			 * @default both
			 * @enum {string}
			 */
			side?: "both" | "sender" | "receiver";
			/**
			 * Trace
			 * @description Tell what client and server say, secrets blanked
			 * @default false
			 */
			trace?: boolean;
		};
		/** Version */
		Version: {
			/**
			 * What was done
			 * @enum {string}
			 */
			action: "created" | "changed" | "deleted";
			/**
			 * When
			 * Format: date-time
			 */
			at: string;
			/** Author */
			author: string;
			/**
			 * Changes
			 * @description One line for each field, before and after; never a secret
			 */
			changes: string[];
			/** ID */
			id: string;
			/**
			 * Kind
			 * @description Of the record: account, listener …
			 */
			kind: string;
			/** Version */
			revision: number;
		};
		/** Webhook */
		Webhook: {
			/**
			 * Accounts
			 * @description Only events of these; none: all but personal mailboxes, and those of no account
			 */
			accounts: string[];
			/** Enabled */
			enabled: boolean;
			/**
			 * Events
			 * @description Kinds: case.created, case.*; none: all (docs/events.md lists them)
			 */
			events: string[];
			/**
			 * Headers
			 * @description Sent along, such as Authorization
			 */
			headers: {
				/** Name */
				name: string;
				/**
				 * Value
				 * @enum {string}
				 */
				value: "" | "********";
			}[];
			/** Webhook ID */
			id: string;
			/** Name */
			name: string;
			/**
			 * Secret before
			 * @description Signs as well, for a day after the change
			 * @enum {string}
			 */
			old_secret: "" | "********";
			/**
			 * Private key
			 * @description whsk_ and the 32 bytes of an Ed25519 key in base64: signs for those who know the public one (v1a)
			 * @enum {string}
			 */
			private_key: "" | "********";
			/**
			 * Secret changed
			 * Format: date-time
			 */
			rotated_at: string | null;
			/**
			 * Secret
			 * @description whsec_ and 24 to 64 bytes in base64: signs with HMAC-SHA-256 (v1)
			 * @enum {string}
			 */
			secret: "" | "********";
			/**
			 * Time limit
			 * @description Seconds for an answer
			 */
			timeout_s: number;
			/**
			 * URL
			 * @description Gets a POST for each event; https (http and private networks only with serve --private-webhooks)
			 */
			url: string;
		};
		/** Delivery */
		WebhookDelivery: {
			/**
			 * Tries, newest first
			 * @description Empty in lists
			 */
			attempts: {
				/**
				 * Answer
				 * @description Its first bytes
				 */
				answer: string;
				/**
				 * When
				 * Format: date-time
				 */
				at: string | null;
				/**
				 * Duration
				 * @description Milliseconds
				 */
				duration_ms: number;
				/** Number */
				number: number;
				/** What went wrong */
				reason: string;
				/**
				 * HTTP status
				 * @description 0: there was no answer
				 */
				status: number;
			}[];
			/**
			 * Owed since
			 * Format: date-time
			 */
			created_at: string | null;
			/**
			 * Done
			 * Format: date-time
			 */
			done_at: string | null;
			/**
			 * Event
			 * @description Its number
			 */
			event: number;
			/** Delivery ID */
			id: number;
			/** Kind of event */
			kind: string;
			/**
			 * Next try
			 * Format: date-time
			 */
			next_try_at: string | null;
			/** What went wrong at last */
			reason: string;
			/**
			 * State
			 * @enum {string}
			 */
			state: "queued" | "sending" | "later" | "delivered" | "failed";
			/**
			 * HTTP status
			 * @description Of the last try; 0: there was no answer
			 */
			status: number;
			/** Tries */
			tries: number;
		};
		/**
		 * Webhook
		 * @example {
		 *       "id": "crm",
		 *       "url": "https://example.com/hooks/mail",
		 *       "events": [
		 *         "case.*"
		 *       ],
		 *       "secret": "whsec_YW4gZXhhbXBsZTogbWFrZSB5b3VyIG93biBvbmU="
		 *     }
		 */
		WebhookInput: {
			/**
			 * Accounts
			 * @description Only events of these; none: all but personal mailboxes, and those of no account
			 * @example [
			 *       "support"
			 *     ]
			 */
			accounts?: string[];
			/**
			 * Enabled
			 * @default true
			 */
			enabled?: boolean;
			/**
			 * Events
			 * @description Kinds: case.created, case.*; none: all (docs/events.md lists them)
			 * @example [
			 *       "case.*"
			 *     ]
			 */
			events?: string[];
			/**
			 * Headers
			 * @description Sent along, such as Authorization
			 */
			headers?: {
				/**
				 * Name
				 * @example X-Team
				 */
				name: string;
				/** Value */
				value?: string;
			}[];
			/** Webhook ID */
			id: string;
			/**
			 * Name
			 * @default
			 */
			name?: string;
			/**
			 * Secret before
			 * @description Signs as well, for a day after the change
			 */
			old_secret?: string;
			/**
			 * Private key
			 * @description whsk_ and the 32 bytes of an Ed25519 key in base64: signs for those who know the public one (v1a)
			 */
			private_key?: string;
			/**
			 * Secret changed
			 * Format: date-time
			 */
			rotated_at?: string | null;
			/**
			 * Secret
			 * @description whsec_ and 24 to 64 bytes in base64: signs with HMAC-SHA-256 (v1)
			 */
			secret?: string;
			/**
			 * Time limit
			 * @description Seconds for an answer
			 * @default 15
			 */
			timeout_s?: number;
			/**
			 * URL
			 * @description Gets a POST for each event; https (http and private networks only with serve --private-webhooks)
			 * @example https://example.com/hooks/mail
			 */
			url: string;
		};
		/** A new secret */
		WebhookSecret: {
			/**
			 * Secret
			 * @description Shown this once
			 */
			secret: string;
		};
		/** How a webhook stands */
		WebhookState: {
			/**
			 * Last delivery
			 * Format: date-time
			 */
			delivered_at: string | null;
			/**
			 * Disabled
			 * @description By itself: the endpoint is gone, or failed for days; a change of the record enables it
			 */
			disabled: boolean;
			/**
			 * Disabled at
			 * Format: date-time
			 */
			disabled_at: string | null;
			/**
			 * Enabled
			 * @description By its record
			 */
			enabled: boolean;
			/**
			 * Last failure
			 * Format: date-time
			 */
			failed_at: string | null;
			/**
			 * Failing since
			 * Format: date-time
			 */
			failing_since: string | null;
			/** Failures in a row */
			failures: number;
			/** Webhook ID */
			id: string;
			/**
			 * Not tried before
			 * Format: date-time
			 */
			next_try_at: string | null;
			/**
			 * Public key
			 * @description whpk_: checks v1a signatures; empty: there is no private key
			 */
			public_key: string;
			/** What went wrong at last */
			reason: string;
			/** Waiting deliveries */
			waiting: number;
		};
	};
	responses: {
		/** @description It was changed since the version of If-Match: read it again */
		Changed: {
			headers: {
				[name: string]: unknown;
			};
			content: {
				"application/problem+json": components["schemas"]["Problem"];
			};
		};
		/** @description Something failed here or with another server; `retry` says whether it is worth another try */
		Failed: {
			headers: {
				[name: string]: unknown;
			};
			content: {
				"application/problem+json": components["schemas"]["Problem"];
			};
		};
		/** @description Something in the request is wrong: `path` names the field or parameter, `detail` says what is expected */
		Invalid: {
			headers: {
				[name: string]: unknown;
			};
			content: {
				"application/problem+json": components["schemas"]["Problem"];
			};
		};
		/** @description It takes a right that the caller hasn't (x-right), or the CSRF header is missing */
		NotAllowed: {
			headers: {
				[name: string]: unknown;
			};
			content: {
				"application/problem+json": components["schemas"]["Problem"];
			};
		};
		/** @description It isn't there, or isn't the caller's to see */
		NotFound: {
			headers: {
				[name: string]: unknown;
			};
			content: {
				"application/problem+json": components["schemas"]["Problem"];
			};
		};
		/** @description Nobody is signed in, or the session or token has ended */
		NotSignedIn: {
			headers: {
				[name: string]: unknown;
			};
			content: {
				"application/problem+json": components["schemas"]["Problem"];
			};
		};
		/** @description If-Match is missing */
		NoVersion: {
			headers: {
				[name: string]: unknown;
			};
			content: {
				"application/problem+json": components["schemas"]["Problem"];
			};
		};
		/** @description It didn't happen, and won't when it is sent again: 409 conflicts with what is there, 429 comes too often */
		Refused: {
			headers: {
				[name: string]: unknown;
			};
			content: {
				"application/problem+json": components["schemas"]["Problem"];
			};
		};
		/** @description The body is larger than this takes */
		TooLarge: {
			headers: {
				[name: string]: unknown;
			};
			content: {
				"application/problem+json": components["schemas"]["Problem"];
			};
		};
		/** @description Content-Type is missing, or not what this takes */
		WrongMediaType: {
			headers: {
				[name: string]: unknown;
			};
			content: {
				"application/problem+json": components["schemas"]["Problem"];
			};
		};
	};
	parameters: never;
	requestBodies: never;
	headers: never;
	pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
	listAccounts: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
				/** @description Provider */
				provider?: string;
				/** @description A text that is somewhere in the record, without case */
				q?: string;
				/** @description What it is sorted by; a minus turns it round */
				sort?: "id" | "-id" | "name" | "-name";
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Account"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	createAccount: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["AccountInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					/** @description Where it is */
					Location?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Account"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	getAccount: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Account"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	putAccount: {
		parameters: {
			query?: never;
			header: {
				/** @description The ETag of the version that was changed, or * */
				"If-Match": string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["AccountInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Account"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			412: components["responses"]["Changed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
			428: components["responses"]["NoVersion"];
		};
	};
	deleteAccount: {
		parameters: {
			query?: never;
			header?: {
				/** @description Only this version: its ETag */
				"If-Match"?: string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getAccountHistory: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Version"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	pauseAccount: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	resumeAccount: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	testAccount: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["AccountTestInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/x-ndjson": unknown;
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	getAccountTrace: {
		parameters: {
			query?: {
				/** @description The byte to begin at: `next` of the answer before */
				from?: number;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Trace"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	setAccountTrace: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["TraceOrderInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Trace"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	getAccountTranscript: {
		parameters: {
			query?: {
				/** @description Goes on with what comes, until the trace ends */
				follow?: boolean;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"text/plain": string;
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	testUnsavedAccount: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["UnsavedAccountTestInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/x-ndjson": unknown;
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	listAlerts: {
		parameters: {
			query?: {
				/** @description Sent by */
				account?: string;
				/** @description "next" of the page before */
				cursor?: string;
				/** @description Enabled */
				enabled?: boolean;
				/** @description How many at most */
				limit?: number;
				/** @description Otherwise by */
				other_account?: string;
				/** @description A text that is somewhere in the record, without case */
				q?: string;
				/** @description Tell of recoveries */
				recovered?: boolean;
				/** @description What it is sorted by; a minus turns it round */
				sort?: "id" | "-id" | "name" | "-name";
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Alert"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	createAlert: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["AlertInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					/** @description Where it is */
					Location?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Alert"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	getAlert: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Alert"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	putAlert: {
		parameters: {
			query?: never;
			header: {
				/** @description The ETag of the version that was changed, or * */
				"If-Match": string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["AlertInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Alert"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			412: components["responses"]["Changed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
			428: components["responses"]["NoVersion"];
		};
	};
	deleteAlert: {
		parameters: {
			query?: never;
			header?: {
				/** @description Only this version: its ETag */
				"If-Match"?: string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getAlertHistory: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Version"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	listAlertMails: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["OutboxRow"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getAlertState: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["AlertState"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	testAlert: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	listAudit: {
		parameters: {
			query?: {
				/** @description Who did it */
				author?: string;
				/** @description "next" of the page before */
				cursor?: string;
				/** @description Not before */
				from?: string;
				/** @description Of what it is about */
				id?: string;
				/** @description Of what it is about: account, listener, operator, tokens … */
				kind?: string;
				/** @description How many at most */
				limit?: number;
				/** @description Before */
				until?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["AuditEntry"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	listAuthenticationProfiles: {
		parameters: {
			query?: {
				/** @description Endpoint in a private network */
				allow_private_network?: boolean;
				/** @description Client authentication */
				client_authentication?: "post" | "basic" | "certificate" | "none";
				/** @description "next" of the page before */
				cursor?: string;
				/** @description Grant */
				grant?: "client-credentials" | "password" | "jwt-bearer" | "authorization-code" | "refresh-token";
				/** @description Keystore */
				keystore?: string;
				/** @description How many at most */
				limit?: number;
				/** @description A text that is somewhere in the record, without case */
				q?: string;
				/** @description What it is sorted by; a minus turns it round */
				sort?: "id" | "-id" | "name" | "-name";
				/** @description Template */
				template?: "none" | "microsoft" | "microsoft-graph" | "google" | "yahoo" | "fastmail";
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["AuthenticationProfile"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	createAuthenticationProfile: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["AuthenticationProfileInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					/** @description Where it is */
					Location?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["AuthenticationProfile"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	getAuthenticationProfile: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["AuthenticationProfile"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	putAuthenticationProfile: {
		parameters: {
			query?: never;
			header: {
				/** @description The ETag of the version that was changed, or * */
				"If-Match": string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["AuthenticationProfileInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["AuthenticationProfile"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			412: components["responses"]["Changed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
			428: components["responses"]["NoVersion"];
		};
	};
	deleteAuthenticationProfile: {
		parameters: {
			query?: never;
			header?: {
				/** @description Only this version: its ETag */
				"If-Match"?: string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	beginConsent: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Consent"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getAuthenticationProfileHistory: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Version"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	listBlocks: {
		parameters: {
			query?: {
				/** @description Action */
				action?: "no-answer" | "ignore" | "cancel";
				/** @description "next" of the page before */
				cursor?: string;
				/** @description Enabled */
				enabled?: boolean;
				/** @description Kind */
				kind?: "address" | "part" | "domain";
				/** @description How many at most */
				limit?: number;
				/** @description A text that is somewhere in the record, without case */
				q?: string;
				/** @description What it is sorted by; a minus turns it round */
				sort?: "id" | "-id";
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Block"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	createBlock: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["BlockInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					/** @description Where it is */
					Location?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Block"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	getBlock: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Block"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	putBlock: {
		parameters: {
			query?: never;
			header: {
				/** @description The ETag of the version that was changed, or * */
				"If-Match": string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["BlockInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Block"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			412: components["responses"]["Changed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
			428: components["responses"]["NoVersion"];
		};
	};
	deleteBlock: {
		parameters: {
			query?: never;
			header?: {
				/** @description Only this version: its ETag */
				"If-Match"?: string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getBlockHistory: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Version"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	listCaseTypes: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
				/** @description A text that is somewhere in the record, without case */
				q?: string;
				/** @description What it is sorted by; a minus turns it round */
				sort?: "id" | "-id" | "name" | "-name";
				/** @description Mail by strangers */
				strangers?: "answers" | "join" | "separate";
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["CaseType"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	createCaseType: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["CaseTypeInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					/** @description Where it is */
					Location?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["CaseType"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	getCaseType: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["CaseType"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	putCaseType: {
		parameters: {
			query?: never;
			header: {
				/** @description The ETag of the version that was changed, or * */
				"If-Match": string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["CaseTypeInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["CaseType"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			412: components["responses"]["Changed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
			428: components["responses"]["NoVersion"];
		};
	};
	deleteCaseType: {
		parameters: {
			query?: never;
			header?: {
				/** @description Only this version: its ETag */
				"If-Match"?: string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getCaseTypeHistory: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Version"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	listCases: {
		parameters: {
			query?: {
				/** @description An account */
				account?: string;
				/** @description Somebody's address who has a part in it */
				address?: string;
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
				/** @description true: only those that aren't resolved; false: only those that are */
				open?: boolean;
				/** @description Words of a subject or a field, or a number; among the newest 1,000 that fit */
				q?: string;
				/** @description updated (preset): the last changed first; created: the last opened first */
				sort?: "updated" | "created";
				/** @description A status of a case type */
				status?: string;
				/** @description A case type */
				type?: string;
				/** @description Changed then or later */
				updated_since?: string;
				/** @description Whose turn it is, of those that aren't resolved: us, or the contact */
				waits_for?: "us" | "contact";
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["CaseSummary"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	getCase: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				case: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Case"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	changeCase: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				case: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["CaseChangeInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Case"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	forwardFromCase: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				case: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["ForwardInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Letter"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	listMessages: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
				/** @description From the end of the conversation */
				newest_first?: boolean;
			};
			header?: never;
			path: {
				case: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Message"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	previewReply: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				case: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["PreviewWishInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Preview"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	replyToCase: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				case: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["ReplyInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Letter"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	listCatalogue: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
				/** @description A text of the id, the name, a server or a domain, without case */
				q?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["CatalogueEntry"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	finishConsent: {
		parameters: {
			query?: {
				/** @description Of the provider */
				code?: string;
				/** @description Why there is no code */
				error?: string;
				/** @description Of ours, back again */
				state?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"text/html": string;
				};
			};
		};
	};
	getDesk: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Desk"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	detectServers: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["DetectionOrderInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": unknown;
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	listEvents: {
		parameters: {
			query?: {
				/** @description Only of this account */
				account?: string;
				/** @description Behind this event, oldest first; in a stream Last-Event-ID goes before it */
				after?: number;
				/** @description Only of this case, by its number or id */
				case?: string;
				/** @description "next" of the page before */
				cursor?: string;
				/** @description Only these: case.created, case.*; several with commas */
				kind?: string;
				/** @description How many at most */
				limit?: number;
				/** @description desc: the newest first (as without `after`) */
				order?: "asc" | "desc";
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Event"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	listExpiring: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description Within so many days (90) */
				days?: number;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Expiry"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	listHeld: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
				/** @description A listener */
				listener?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["LedgerRow"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	discardHeld: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				row: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["LedgerRow"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	releaseHeld: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				row: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["LedgerRow"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	listIdentityProviders: {
		parameters: {
			query?: {
				/** @description Allow a private network */
				allow_private_network?: boolean;
				/** @description "next" of the page before */
				cursor?: string;
				/** @description Disabled */
				disabled?: boolean;
				/** @description How many at most */
				limit?: number;
				/** @description Recognise by e-mail address */
				match_email?: boolean;
				/** @description A text that is somewhere in the record, without case */
				q?: string;
				/** @description What it is sorted by; a minus turns it round */
				sort?: "id" | "-id" | "name" | "-name";
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["IdentityProvider"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	createIdentityProvider: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["IdentityProviderInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					/** @description Where it is */
					Location?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["IdentityProvider"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	getIdentityProvider: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["IdentityProvider"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	putIdentityProvider: {
		parameters: {
			query?: never;
			header: {
				/** @description The ETag of the version that was changed, or * */
				"If-Match": string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["IdentityProviderInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["IdentityProvider"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			412: components["responses"]["Changed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
			428: components["responses"]["NoVersion"];
		};
	};
	deleteIdentityProvider: {
		parameters: {
			query?: never;
			header?: {
				/** @description Only this version: its ETag */
				"If-Match"?: string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getIdentityProviderHistory: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Version"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	ingestMail: {
		parameters: {
			query?: {
				/** @description Required: whose rule and account apply */
				listener?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"message/rfc822": unknown;
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Ingested"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	listInlets: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description Enabled */
				enabled?: boolean;
				/** @description How many at most */
				limit?: number;
				/** @description A text that is somewhere in the record, without case */
				q?: string;
				/** @description What it is sorted by; a minus turns it round */
				sort?: "id" | "-id" | "name" | "-name";
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Inlet"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	createInlet: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["InletInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					/** @description Where it is */
					Location?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Inlet"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	getInlet: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Inlet"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	putInlet: {
		parameters: {
			query?: never;
			header: {
				/** @description The ETag of the version that was changed, or * */
				"If-Match": string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["InletInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Inlet"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			412: components["responses"]["Changed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
			428: components["responses"]["NoVersion"];
		};
	};
	deleteInlet: {
		parameters: {
			query?: never;
			header?: {
				/** @description Only this version: its ETag */
				"If-Match"?: string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getInletHistory: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Version"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getInletTrace: {
		parameters: {
			query?: {
				/** @description The byte to begin at: `next` of the answer before */
				from?: number;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Trace"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	setInletTrace: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["TraceOrderInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Trace"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	getInletTranscript: {
		parameters: {
			query?: {
				/** @description Goes on with what comes, until the trace ends */
				follow?: boolean;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"text/plain": string;
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	listKeystores: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
				/** @description A text that is somewhere in the record, without case */
				q?: string;
				/** @description What it is sorted by; a minus turns it round */
				sort?: "id" | "-id" | "name" | "-name";
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Keystore"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	createKeystore: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["KeystoreInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					/** @description Where it is */
					Location?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Keystore"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	getKeystore: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Keystore"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	putKeystore: {
		parameters: {
			query?: never;
			header: {
				/** @description The ETag of the version that was changed, or * */
				"If-Match": string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["KeystoreInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Keystore"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			412: components["responses"]["Changed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
			428: components["responses"]["NoVersion"];
		};
	};
	deleteKeystore: {
		parameters: {
			query?: never;
			header?: {
				/** @description Only this version: its ETag */
				"If-Match"?: string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getKeystoreEntries: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["KeystoreContent"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getKeystoreHistory: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Version"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	listLedger: {
		parameters: {
			query?: {
				/** @description Of this case (its id) */
				case?: number;
				/** @description Of the failure: at which step */
				category?: string;
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
				/** @description A listener */
				listener?: string;
				/** @description Of this message */
				message?: number;
				/** @description Mail that got no answer for this reason (docs/answers.md) */
				no_answer?: string;
				/** @description Only rows in this state; done: committed, acknowledged */
				state?: "received" | "failed" | "parked" | "held" | "committed" | "acknowledged" | "done";
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["LedgerRow"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	getLedgerRow: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				row: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["LedgerRow"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	discardLedgerRow: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				row: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["LedgerRow"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	retryLedgerRow: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				row: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["LedgerRow"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	listListeners: {
		parameters: {
			query?: {
				/** @description Account */
				account?: string;
				/** @description Afterwards */
				after?: "leave" | "seen" | "delete" | "move";
				/** @description Automatic mail */
				automatic?: "file" | "discard" | "handle";
				/** @description "next" of the page before */
				cursor?: string;
				/** @description The same mail again */
				duplicates?: "ignore" | "handle";
				/** @description Enabled */
				enabled?: boolean;
				/** @description Wait with IDLE */
				idle?: boolean;
				/** @description How many at most */
				limit?: number;
				/** @description Answer to larger mail */
				oversize_template?: string;
				/** @description A text that is somewhere in the record, without case */
				q?: string;
				/** @description Service rule */
				rule?: string;
				/** @description What it is sorted by; a minus turns it round */
				sort?: "id" | "-id" | "name" | "-name";
				/** @description Source */
				source?: "mailbox" | "inlet";
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Listener"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	createListener: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["ListenerInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					/** @description Where it is */
					Location?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Listener"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	getListener: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Listener"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	putListener: {
		parameters: {
			query?: never;
			header: {
				/** @description The ETag of the version that was changed, or * */
				"If-Match": string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["ListenerInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Listener"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			412: components["responses"]["Changed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
			428: components["responses"]["NoVersion"];
		};
	};
	deleteListener: {
		parameters: {
			query?: never;
			header?: {
				/** @description Only this version: its ETag */
				"If-Match"?: string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getListenerHistory: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Version"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	restartListener: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["PartState"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	startListener: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["PartState"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getListenerState: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["PartState"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	stopListener: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["PartState"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getListenerTrace: {
		parameters: {
			query?: {
				/** @description The byte to begin at: `next` of the answer before */
				from?: number;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Trace"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	setListenerTrace: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["TraceOrderInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Trace"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	getListenerTranscript: {
		parameters: {
			query?: {
				/** @description Goes on with what comes, until the trace ends */
				follow?: boolean;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"text/plain": string;
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	listLoops: {
		parameters: {
			query?: {
				/** @description Also those that are closed */
				all?: boolean;
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Loop"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	resetLoop: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				name: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	sendMail: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["NewMailInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Letter"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	previewMail: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["MailPreviewWishInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Preview"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	listMailboxes: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Mailbox"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	createMailbox: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["NewMailboxInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Mailbox"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	deleteMailbox: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	changeMailbox: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["MailboxChangeInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Mailbox"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	detectMailbox: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["MailboxAddressInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["MailboxNeed"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	getMessage: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				message: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Message"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getAttachment: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				message: string;
				number: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"*/*": unknown;
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getMessageHtml: {
		parameters: {
			query?: {
				/** @description true: images of other servers are loaded, which tells them that the mail is read */
				images?: boolean;
			};
			header?: never;
			path: {
				message: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"text/html": string;
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getRawMessage: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				message: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"message/rfc822": unknown;
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getMessageDecisions: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				message: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Decision"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getOpenapi: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": unknown;
				};
			};
			400: components["responses"]["Invalid"];
		};
	};
	listOperators: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description Disabled */
				disabled?: boolean;
				/** @description How many at most */
				limit?: number;
				/** @description A text that is somewhere in the record, without case */
				q?: string;
				/** @description What it is sorted by; a minus turns it round */
				sort?: "id" | "-id" | "name" | "-name";
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Operator"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	createOperator: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["OperatorInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					/** @description Where it is */
					Location?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Operator"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	getOperator: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Operator"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	putOperator: {
		parameters: {
			query?: never;
			header: {
				/** @description The ETag of the version that was changed, or * */
				"If-Match": string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["OperatorInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Operator"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			412: components["responses"]["Changed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
			428: components["responses"]["NoVersion"];
		};
	};
	deleteOperator: {
		parameters: {
			query?: never;
			header?: {
				/** @description Only this version: its ETag */
				"If-Match"?: string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getOperatorHistory: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Version"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	inviteOperator: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Invitation"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	removeOperatorsFactor: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	signOutOperator: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	listOutbox: {
		parameters: {
			query?: {
				/** @description An account */
				account?: string;
				/** @description Of this case (its id) */
				case?: number;
				/** @description "next" of the page before */
				cursor?: string;
				/** @description answer (automatic), message, or alert (to administrators) */
				kind?: "answer" | "message" | "alert";
				/** @description How many at most */
				limit?: number;
				/** @description Only rows in this state; waiting: queued, later; undelivered: failed, bounced, suppressed */
				state?: "queued" | "later" | "sending" | "sent" | "failed" | "uncertain" | "bounced" | "suppressed" | "cancelled" | "waiting" | "undelivered";
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["OutboxRow"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	getOutboxRow: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				row: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["OutboxRow"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	cancelOutboxRow: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				row: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["OutboxRow"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	retryOutboxRow: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				row: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["OutboxRow"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	listProviders: {
		parameters: {
			query?: {
				/** @description App password */
				app_password?: "no" | "needed" | "with-2fa";
				/** @description "next" of the page before */
				cursor?: string;
				/** @description Files sent mail */
				files_sent?: boolean;
				/** @description How many at most */
				limit?: number;
				/** @description User name */
				login?: "typed" | "local-part" | "address" | "local-part.domain";
				/** @description A text that is somewhere in the record, without case */
				q?: string;
				/** @description What it is sorted by; a minus turns it round */
				sort?: "id" | "-id" | "name" | "-name";
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Provider"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	createProvider: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["ProviderInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					/** @description Where it is */
					Location?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Provider"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	getProvider: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Provider"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	putProvider: {
		parameters: {
			query?: never;
			header: {
				/** @description The ETag of the version that was changed, or * */
				"If-Match": string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["ProviderInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Provider"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			412: components["responses"]["Changed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
			428: components["responses"]["NoVersion"];
		};
	};
	deleteProvider: {
		parameters: {
			query?: never;
			header?: {
				/** @description Only this version: its ETag */
				"If-Match"?: string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getProviderHistory: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Version"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getProviderLogo: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"image/*": unknown;
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	listRights: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Right"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	listRoles: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Role"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	listRules: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
				/** @description A text that is somewhere in the record, without case */
				q?: string;
				/** @description What it is sorted by; a minus turns it round */
				sort?: "id" | "-id" | "name" | "-name";
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Rule"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	createRule: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["RuleInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					/** @description Where it is */
					Location?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Rule"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	getRule: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Rule"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	putRule: {
		parameters: {
			query?: never;
			header: {
				/** @description The ETag of the version that was changed, or * */
				"If-Match": string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["RuleInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Rule"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			412: components["responses"]["Changed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
			428: components["responses"]["NoVersion"];
		};
	};
	deleteRule: {
		parameters: {
			query?: never;
			header?: {
				/** @description Only this version: its ETag */
				"If-Match"?: string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getRuleHistory: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Version"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	tryRule: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["RuleTrialInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["RuleTrialResult"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	search: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
				/** @description Words, "phrases", prefix*, OR, -not, from: to: subject: case: */
				q?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["SearchResult"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	getSession: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Session"];
				};
			};
			400: components["responses"]["Invalid"];
		};
	};
	signIn: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["SignInInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Session"];
				};
			};
			400: components["responses"]["Invalid"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	signOut: {
		parameters: {
			query?: {
				/** @description All sessions of the operator, not this one alone */
				everywhere?: boolean;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	signInElsewhere: {
		parameters: {
			query?: {
				/** @description Its ID; the only one goes without */
				provider?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			303: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
		};
	};
	signInCallback: {
		parameters: {
			query?: {
				/** @description Of the provider */
				code?: string;
				/** @description Why there is no code */
				error?: string;
				/** @description Of ours, back again */
				state?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			303: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
		};
	};
	changePassword: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["PasswordInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Session"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	setSecondFactor: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["SecondFactorInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["SecondFactorView"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	removeSecondFactor: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["SecondFactorInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Session"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	useLink: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["SignInLinkInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Session"];
				};
			};
			400: components["responses"]["Invalid"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	checkLink: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["SignInLinkCheckInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["SignInLinkView"];
				};
			};
			400: components["responses"]["Invalid"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	listSessions: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["OwnSession"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	endSession: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				session: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	applySetup: {
		parameters: {
			query?: {
				/** @description Only say what would change */
				dry_run?: boolean;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"*/*": unknown;
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Applied"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	exportSetup: {
		parameters: {
			query?: {
				/** @description masked (a file that applies here keeps them), or sealed (for hauspost apply, with the same key file) */
				secrets?: "masked" | "sealed";
				/** @description With fields that have their defaults, too */
				whole?: boolean;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/yaml": unknown;
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	listSignIns: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
				/** @description About whom; without: everybody */
				operator?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["SignInEntry"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	getStatistics: {
		parameters: {
			query?: {
				/** @description Begin; a day before `to` unless said */
				from?: string;
				/** @description Seconds of a step; at least 300, and 3600 for what is older than three days */
				step?: number;
				/** @description End; now unless said */
				to?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Statistics"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	getStatus: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Status"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	listSuppressions: {
		parameters: {
			query?: {
				/** @description The entries of this address, also those that are over */
				address?: string;
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Suppression"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	addSuppression: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["NewSuppressionInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Suppression"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	removeSuppression: {
		parameters: {
			query?: {
				/** @description Its entry alone; absent: those of all accounts */
				account?: string;
			};
			header?: never;
			path: {
				address: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	listTemplates: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
				/** @description A text that is somewhere in the record, without case */
				q?: string;
				/** @description What it is sorted by; a minus turns it round */
				sort?: "id" | "-id" | "name" | "-name";
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Template"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	createTemplate: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["TemplateInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					/** @description Where it is */
					Location?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Template"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	getTemplate: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Template"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	putTemplate: {
		parameters: {
			query?: never;
			header: {
				/** @description The ETag of the version that was changed, or * */
				"If-Match": string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["TemplateInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Template"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			412: components["responses"]["Changed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
			428: components["responses"]["NoVersion"];
		};
	};
	deleteTemplate: {
		parameters: {
			query?: never;
			header?: {
				/** @description Only this version: its ETag */
				"If-Match"?: string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getTemplateHistory: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Version"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	listTokens: {
		parameters: {
			query?: {
				/** @description Everybody's (operators.manage) */
				all?: boolean;
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
				/** @description Whose (operators.manage); without: one's own */
				operator?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Token"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	createToken: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["NewTokenInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Token"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	revokeToken: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				token: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	listWebhooks: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description Enabled */
				enabled?: boolean;
				/** @description How many at most */
				limit?: number;
				/** @description A text that is somewhere in the record, without case */
				q?: string;
				/** @description What it is sorted by; a minus turns it round */
				sort?: "id" | "-id" | "name" | "-name";
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Webhook"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	createWebhook: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["WebhookInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			201: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					/** @description Where it is */
					Location?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Webhook"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	getWebhook: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Webhook"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	putWebhook: {
		parameters: {
			query?: never;
			header: {
				/** @description The ETag of the version that was changed, or * */
				"If-Match": string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["WebhookInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					/** @description Its version, for If-Match */
					ETag?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Webhook"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			412: components["responses"]["Changed"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
			428: components["responses"]["NoVersion"];
		};
	};
	deleteWebhook: {
		parameters: {
			query?: never;
			header?: {
				/** @description Only this version: its ETag */
				"If-Match"?: string;
			};
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	listWebhookDeliveries: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
				/** @description Only those in this state */
				state?: "queued" | "sending" | "later" | "delivered" | "failed";
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["WebhookDelivery"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getWebhookDelivery: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				delivery: string;
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["WebhookDelivery"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	replayWebhookDelivery: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				delivery: string;
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["WebhookDelivery"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getWebhookHistory: {
		parameters: {
			query?: {
				/** @description "next" of the page before */
				cursor?: string;
				/** @description How many at most */
				limit?: number;
			};
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": {
						items: components["schemas"]["Version"][];
						/** @description The cursor of the next page; null on the last */
						next: string | null;
					};
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	replayWebhook: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["ReplayInput"];
			};
		};
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Replayed"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
			413: components["responses"]["TooLarge"];
			415: components["responses"]["WrongMediaType"];
		};
	};
	rotateWebhookSecret: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["WebhookSecret"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getWebhookState: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["WebhookState"];
				};
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	testWebhook: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			400: components["responses"]["Invalid"];
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
			404: components["responses"]["NotFound"];
		};
	};
	getHealth: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Health"];
				};
			};
		};
	};
	getMetrics: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"text/plain": string;
				};
			};
			401: components["responses"]["NotSignedIn"];
			403: components["responses"]["NotAllowed"];
		};
	};
	getReadiness: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			"4XX": components["responses"]["Refused"];
			"5XX": components["responses"]["Failed"];
			/** @description Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Readiness"];
				};
			};
		};
	};
}
