// Folders, articles with their history, and uploads; and the files that lie on disk for the uploads.

import { createHash } from 'node:crypto';
import { pngOf } from './picture.mjs';

const ARTICLES = [
  ['Restoring the file server', 'Stop the share, mount the snapshot, copy, start the share again.', false],
  ['Onboarding a new colleague', 'Order the laptop a week ahead. Accounts come from the template.', true],
  ['Wi-Fi for guests', 'The password changes on the first Monday of a month.', true],
  ['Who to call at night', 'The on-call phone rings at two people, then at the office.', false],
];

/** A tree of three levels for each company, parents before children; with slugs for articles, without for passwords. */
export function makeFolders(dice, now, companies, { slugs }) {
  const at = new Date(now.getTime() - 300 * 86_400_000).toISOString();
  return companies.flatMap(({ id: company_id }) => {
    const folder = (name, parent_id, position) => ({
      id: dice.uuid(), company_id, parent_id, name, ...(slugs ? { slug: slugOf(name) } : {}), position, created_at: at, updated_at: at,
    });
    const runbooks = folder('Runbooks', null, 0);
    const servers = folder('Servers', runbooks.id, 0);
    return [runbooks, servers, folder('File server', servers.id, 0), folder('Network', runbooks.id, 1), folder('People', null, 1)];
  });
}

export function makeArticles(dice, now, { companies, users }, folders) {
  return companies.flatMap((company) => ARTICLES.map(([title, text, visible], place) => {
    const at = new Date(now.getTime() - (100 - place * 20) * 86_400_000).toISOString();
    return {
      id: dice.uuid(), company_id: company.id, folder_id: dice.pick(folders.filter((folder) => folder.company_id === company.id)).id,
      title, slug: slugOf(title),
      ...(place === ARTICLES.length - 1
        ? { editor_mode: 'markdown', content: null, markdown_source: `# ${title}\n\n${text}\n` }
        : { editor_mode: 'tiptap', content: { type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] }, markdown_source: null }),
      content_plaintext: `${title}\n${text}`, visible_to_clients: visible, created_by: users[1].id, created_at: at, updated_at: at,
    };
  }));
}

/** A published version of each article, and one draft. The last article is Markdown now, and was not at first. */
export function makeArticleVersions(dice, articles) {
  const version = (article, number, is_draft) => ({
    id: dice.uuid(), article_id: article.id, company_id: article.company_id, version: number, is_draft, title: article.title, slug: article.slug, folder_id: article.folder_id,
    visible_to_clients: article.visible_to_clients, editor_mode: 'tiptap', content: article.content ?? { type: 'doc', content: [] }, content_plaintext: article.content_plaintext,
    changed_fields: ['title', 'content'], changed_by: article.created_by, change_reason: is_draft ? null : 'initial version', created_at: article.created_at, updated_at: article.updated_at,
  });
  return [...articles.map((article) => version(article, 1, false)), version(articles[0], 2, true)];
}

const slugOf = (name) => name.toLowerCase().replace(/[^a-z]+/g, '-');

/**
 * @param secrets plaintexts, of which an export holds some: a copy that takes exports along leaks them.
 * @returns `{uploads, files}`; a file is `{path, bytes, at}` with a path under DATA_DIR/files.
 */
export function makeUploads(dice, now, { companies, users }, secrets) {
  const uploads = [];
  const files = [];
  for (const [turn, company] of companies.entries()) {
    for (const [place, kind] of KINDS.entries()) {
      const at = new Date(now.getTime() - (120 - place * 15 - turn) * 86_400_000);
      const id = dice.uuid();
      const bytes = kind.bytes(dice, company);
      const stored = `uploads/${id}/${safeName(kind.name)}`;
      // Rows of the first releases carry a longer key for the same place on disk.
      const storage_key = kind.oldKey ? `company/${company.id}/${stored}` : `${company.id}/${stored}`;
      const thumbnail = kind.image ? `${company.id}/thumbs/${id}.webp` : null;
      uploads.push({
        id, company_id: company.id, filename: kind.name, mime_type: kind.mime, size_bytes: bytes.length, storage_key,
        sha256: createHash('sha256').update(bytes).digest('hex'), is_image: Boolean(kind.image), thumbnail_key: thumbnail,
        attached_to_type: null, attached_to_id: null, uploader_id: users[1].id, width: kind.image ? 160 : null, height: kind.image ? 100 : null,
        deleted_at: kind.deleted ? new Date(at.getTime() + 86_400_000).toISOString() : null, created_at: at.toISOString(),
      });
      if (!kind.gone) files.push({ path: `${company.id}/${stored}`, bytes, at });
      if (thumbnail) files.push({ path: thumbnail, bytes: WEBP, at });
      if (place === 0) {
        const left = `${company.id}/${stored}.tmp-${dice.bytes(8).toString('hex')}`;
        files.push({ path: left, bytes: bytes.subarray(0, bytes.length >> 1), at });
      }
    }
    const exported = `%PDF-1.4\n% export of ${company.name}\n% ${secrets.slice(turn * 4, turn * 4 + 2).join('\n% ')}\n%%EOF\n`;
    files.push({ path: `${company.id}/exports/${dice.uuid()}.pdf`, bytes: Buffer.from(exported), at: new Date(now.getTime() - 3_600_000) });
  }
  return { uploads, files };
}

const KINDS = [
  { name: 'Network plan.png', mime: 'image/png', image: true, bytes: (dice) => pngOf(160, 100, dice) },
  { name: 'Übersicht Q3 (final).txt', mime: 'text/plain', bytes: (_dice, company) => Buffer.from(`Übersicht für ${company.name}\n`.repeat(40)) },
  { name: 'inventory.csv', mime: 'text/csv', bytes: (dice) => Buffer.from(Array.from({ length: 300 }, (_, n) => `${n};${dice.uuid()}`).join('\n')) },
  { name: 'firmware-7.2.1.bin.zip', mime: 'application/zip', bytes: (dice) => dice.bytes(1_500_000) },
  { name: 'contract.pdf', mime: 'application/pdf', oldKey: true, bytes: (dice) => Buffer.concat([Buffer.from('%PDF-1.4\n'), dice.bytes(60_000)]) },
  { name: 'empty.log', mime: 'text/plain', bytes: () => Buffer.alloc(0) },
  { name: 'withdrawn.txt', mime: 'text/plain', deleted: true, bytes: () => Buffer.from('withdrawn\n') },
  // Deleted in the app, and its file is gone already: a note, not a problem.
  { name: 'reaped.txt', mime: 'text/plain', deleted: true, gone: true, bytes: () => Buffer.from('reaped\n') },
];

/** The name on disk: plain letters only, as the upload route makes it. */
function safeName(name) {
  return name.normalize('NFKD').replace(/[^\w. -]/g, '').replace(/[ ]+/g, '-');
}

/** One pixel; what matters is that a reader takes it for a WebP. */
const WEBP = Buffer.from('UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==', 'base64');
