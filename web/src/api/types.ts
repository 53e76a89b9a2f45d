/* The API's types. */
type Ok<R> = { responses: { 200: { content: { "application/json": R } } } };
type Done = { responses: { 204: { content?: never } } };
type Body<B> = { requestBody: { content: { "application/json": B } } };
type No = { query?: never; header?: never; path?: never; cookie?: never };

export interface paths {
	"/api/v1/session": {
		get: { parameters: No } & Ok<Record<string, unknown>>;
		post: { parameters: No } & Body<{ operator: string; password: string; code?: string }> & Ok<Record<string, unknown>>;
		delete: { parameters: No } & Done;
	};
	"/api/v1/session/setup": {
		post: { parameters: No } & Body<{ token: string; operator: string; name?: string; password: string }> & Ok<Record<string, unknown>>;
	};
}
