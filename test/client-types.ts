import { type Api, type ErrorOf, type MethodName, nametag, orThrow } from '../src/client/client.ts'

/** What the compiler lets through and what it does not, checked with all other types. Nothing here is ever run: each line
 * has to be right as it is, or wrong where it says so. */
export const lines = {
  async arguments({ users, team, api, auth }: Api) {
    await users.profile.get()
    await users.profile.get({})
    await users.profile.get({ user: 'U0ADA00001', include_labels: true })
    await users.info({ user: 'U0ADA00001' }, { signal: AbortSignal.abort(), token: 'xoxp-ada' })
    await team.profile.get({ visibility: 'hidden' })
    await team.prefs.set({ prefs: { compat: { email_change: 'confirm' }, settings: { state: null } } })
    await team.prefs.set({ prefs: '{"settings":{}}' })
    await api.test({ error: 'my_error' })
    await auth.test({ token: undefined })

    // @ts-expect-error the user is required
    await users.info({})
    // @ts-expect-error and so are settings to set
    await team.prefs.set({})
    // @ts-expect-error there is no such value
    await team.prefs.set({ prefs: { compat: { email_change: 'later' } } })
    // @ts-expect-error and so are the arguments
    await users.info()
    // @ts-expect-error there is no such argument
    await users.profile.get({ usr: 'U0ADA00001' })
    // @ts-expect-error an argument of another type
    await users.profile.get({ include_labels: 'yes' })
    // @ts-expect-error none of the values to choose from
    await team.profile.get({ visibility: 'some' })
    // @ts-expect-error there is no such method
    await users.profile.put({})
    // @ts-expect-error a group is no method
    await users.profile()
    // @ts-expect-error there is no such option
    await users.info({ user: 'U0ADA00001' }, { retries: 2 })
  },

  async profiles({ users }: Api) {
    await users.profile.set({ name: 'first_name', value: 'John' })
    await users.profile.set({ profile: '{"first_name":"John"}' })
    await users.profile.set({ profile: { status_text: '', status_emoji: '', status_expiration: 0, title: null } })
    await users.profile.set({ profile: { Xf0ROLE001: 'Analyst', fields: { Xf0ROLE001: { value: '', alt: '' } } } })

    // @ts-expect-error there is no such key
    await users.profile.set({ profile: { status_txt: 'x' } })
    // @ts-expect-error a time is a number
    await users.profile.set({ profile: { status_expiration: new Date() } })
    // @ts-expect-error a field is no number
    await users.profile.set({ profile: { fields: { Xf0ROLE001: 5 } } })
  },

  async answers({ users }: Api) {
    const answer = await users.profile.set({ profile: { title: 'x' } })
    if (answer.ok) {
      answer.username satisfies string
      answer.profile.status_expiration satisfies number
      answer.profile.pronouns satisfies string | undefined
      answer.email_pending satisfies string | undefined
      // @ts-expect-error an answer that is ok has no code
      answer.error
      // @ts-expect-error there is no such key
      answer.profile.status_txt
      // @ts-expect-error answers are not to be changed
      answer.profile.title = 'y'
    } else {
      answer.error satisfies ErrorOf<'users.profile.set'>
      answer.limit satisfies number | undefined
      // @ts-expect-error a refusal has no profile
      answer.profile
      // @ts-expect-error nobody answers this code
      if (answer.error === 'too_lnog') return
    }
    // @ts-expect-error first it has to be asked which of the two it is
    answer.profile
    const { user } = await orThrow(users.info({ user: 'U0ADA00001' }))
    user.profile.status_text satisfies string
  },

  names() {
    const names = [
      'users.profile.set' satisfies MethodName,
      // @ts-expect-error there is no such method
      'users.profile.put' satisfies MethodName,
    ]
    return names
  },

  codes() {
    const codes = {
      own: 'too_long' satisfies ErrorOf<'users.profile.set'>,
      ofEveryCall: 'ratelimited' satisfies ErrorOf<'team.profile.get'>,
      // @ts-expect-error a code of another method
      ofAnother: 'too_long' satisfies ErrorOf<'users.profile.get'>,
      // @ts-expect-error a method without codes of its own has none
      ofNone: 'user_not_found' satisfies ErrorOf<'auth.test'>,
    }
    return codes
  },

  options() {
    return [
      nametag(),
      nametag({ token: 'xoxp-ada', apiUrl: 'https://slack.com/api/', fetch: globalThis.fetch }),
      nametag({ sleep: async (milliseconds) => milliseconds }),
      // @ts-expect-error there is no such option
      nametag({ slackApiUrl: 'https://slack.com/api/' }),
    ]
  },
} as const
