/** A workspace file with one team of one person, who may do everything. */
export const DEMO_FILE = JSON.stringify({
  users: [{ id: 'U0ZOE00001', name: 'zoe', role: 'primary_owner', profile: { email: 'zoe@example.com' } }],
  tokens: [
    { token: 'xoxp-zoe', user: 'U0ZOE00001', scopes: ['users.profile:read', 'users.profile:write', 'users:read'] },
  ],
})
