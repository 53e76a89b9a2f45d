/* What the pages read, by name; the shapes are those of our OpenAPI description. */
import type { components } from "./types";

type Schemas = components["schemas"];

export type Session = Schemas["Session"];
export type OwnSession = Schemas["OwnSession"];
export type SecondFactor = Schemas["SecondFactorView"];
export type SignInLink = Schemas["SignInLinkView"];
export type Version = Schemas["Version"];
export type PartState = Schemas["PartState"];
export type Status = Schemas["Status"];
export type Applied = Schemas["Applied"];
export type Expiry = Schemas["Expiry"];
export type KeystoreContent = Schemas["KeystoreContent"];
export type Token = Schemas["Token"];
export type Role = Schemas["Role"];
export type Right = Schemas["Right"];
export type Invitation = Schemas["Invitation"];
export type Consent = Schemas["Consent"];
export type Mailbox = Schemas["Mailbox"];
export type MailboxNeed = Schemas["MailboxNeed"];
export type WebhookDelivery = Schemas["WebhookDelivery"];
export type AlertState = Schemas["AlertState"];
export type WebhookState = Schemas["WebhookState"];
export type Provider = Schemas["CatalogueEntry"];
export type OutboxRow = Schemas["OutboxRow"];
export type LedgerRow = Schemas["LedgerRow"];
export type Suppression = Schemas["Suppression"];
export type Statistics = Schemas["Statistics"];
export type CloudEvent = Schemas["Event"];
export type Message = Schemas["Message"];

export interface List<T> {
	items: T[];
	next: string | null;
}

/* A record of any kind, as JSON. */
export type Document = { [key: string]: Value };
export type Value = string | number | boolean | null | Value[] | Document;
export type CaseSummary = Schemas["CaseSummary"];
export type Case = Schemas["Case"];
export type Decision = Schemas["Decision"];
export type Desk = Schemas["Desk"];
export type EventView = Schemas["Event"];
export type Letter = Schemas["Letter"];
export type Preview = Schemas["Preview"];
export type SearchResult = Schemas["SearchResult"];
