/* What the pages read, by name. */
export interface SessionAccount {
	id: string;
	may_send: boolean;
	may_manage: boolean;
}

export interface Session {
	operator: string;
	name: string;
	rights: string[];
	roles: string[];
	all_accounts: boolean;
	accounts: SessionAccount[];
	csrf: string;
	second_factor: boolean;
	/* What the sign-in page may offer. */
	oidc: boolean;
	oidc_label: string;
}

export interface List<T> {
	items: T[];
	next: string | null;
}

/* A record of any kind, as JSON. */
export type Document = { [key: string]: Value };
export type Value = string | number | boolean | null | Value[] | Document;
