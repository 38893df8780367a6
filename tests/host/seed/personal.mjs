// What belongs to single users: stars, chats, links to set up an account, codes for a lost phone.

/** @returns rows by table. */
export function makePersonal(dice, now, { companies, users }, { passwords, assets, articles }) {
  const at = new Date(now.getTime() - 9 * 86_400_000).toISOString();
  const star = (many, column) => many.slice(0, 2).map(({ id }) => ({ id: dice.uuid(), user_id: users[1].id, [column]: id, created_at: at }));
  const chats = [{ id: dice.uuid(), user_id: users[1].id, title: 'Who has the key to the rack?', model: 'local-8b', created_at: at, updated_at: at }];
  const messages = [['USER', 'Who has the key to the rack?', null], ['ASSISTANT', 'The article says: Maeve.', [{ id: 'call_1', name: 'update_article', status: 'rejected' }]]];
  return {
    starred_companies: star(companies, 'company_id'),
    starred_passwords: star(passwords, 'password_id'),
    starred_assets: star(assets, 'asset_id'),
    starred_articles: star(articles, 'article_id'),
    chat_conversations: chats,
    chat_messages: messages.map(([role, content, tool_calls]) => ({
      id: dice.uuid(), conversation_id: chats[0].id, role, content, tool_calls, turn_context: { companyId: companies[2].id }, created_at: at,
    })),
    user_setup_tokens: [{
      id: dice.uuid(), user_id: users[9].id, token_hash: dice.bytes(32).toString('hex'), expires_at: new Date(now.getTime() + 86_400_000).toISOString(), consumed_at: null,
      created_by: users[0].id, created_at: at,
    }],
    user_mfa_backup_codes: Array.from({ length: 10 }, (_, place) => ({
      id: dice.uuid(), user_id: users[0].id, code_hash: dice.bytes(32).toString('hex'), consumed_at: place === 0 ? at : null, created_at: at,
    })),
  };
}
