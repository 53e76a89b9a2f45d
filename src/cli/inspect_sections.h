/* Sections of the page of `hauspost inspect`, in files of their own. Each appends a heading and what it knows, or
 * nothing where there is nothing to say. Another section is one more function here and in the list of inspect_page.c.
 */
#ifndef CLI_INSPECT_SECTIONS_H
#define CLI_INSPECT_SECTIONS_H

#include "cli/inspect.h"

void inspect_section_thread(const struct inspected *mail, struct page *page);
void inspect_section_trust(const struct inspected *mail, struct page *page);
void inspect_section_smime(const struct inspected *mail, struct page *page);
void inspect_section_bounce(const struct inspected *mail, struct page *page);
void inspect_section_attachments(const struct inspected *mail, struct page *page);
void inspect_section_html(const struct inspected *mail, struct page *page);
void inspect_section_structure(const struct inspected *mail, struct page *page);
void inspect_section_notices(const struct inspected *mail, struct page *page);

#endif
