/* The API's types. */
import type { Session } from "./views";

type Ok<R> = { responses: { 200: { content: { "application/json": R } } } };
type Done = { responses: { 204: { content?: never } } };
type Body<B> = { requestBody: { content: { "application/json": B } } };
type No = { query?: never; header?: never; path?: never; cookie?: never };

export interface paths {
	"/api/v1/session": {
		get: { parameters: No } & Ok<Session>;
		post: { parameters: No } & Body<{ operator: string; password: string; code?: string }> & Ok<Session>;
		delete: { parameters: No } & Done;
	};
	"/api/v1/session/setup": {
		post: { parameters: No } & Body<{ token: string; operator: string; name?: string; password: string }> & Ok<Session>;
	};
}
