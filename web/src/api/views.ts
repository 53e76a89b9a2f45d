/* What the pages read, by name. */
export interface SessionAccount {
	id: string;
	name: string;
	send: boolean;
	manage: boolean;
	own: boolean;
}

export interface Session {
	signed_in: boolean;
	/* There is no operator yet: the program printed a link for the first one. */
	needs_first: boolean;
	operator: string;
	name: string;
	roles: string[];
	rights: string[];
	all_accounts: boolean;
	accounts: SessionAccount[];
	csrf: string;
	expires_at: string | null;
	has_password: boolean;
	second_factor: boolean;
	recovery_codes_left: number;
	/* Identity providers to sign in with. */
	providers: { id: string; name: string; url: string }[];
}

export interface List<T> {
	items: T[];
	next: string | null;
}

/* A record of any kind, as JSON. */
export type Document = { [key: string]: Value };
export type Value = string | number | boolean | null | Value[] | Document;
