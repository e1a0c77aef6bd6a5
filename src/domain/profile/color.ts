/** The colours that a team hands out to people in the order of joining, after recorded answers of `users.list`. */
const PALETTE = (
  '9f69e7 4bbe2e e7392d 3c989f 674b1b e96699 e0a729 684b6c 5b89d5 2b6836 99a949 df3dc0 4cc091 9b3b45 d58247 bb86b7 5a4592 ' +
  'db3150 235e5b 9e3997 53b759 c386df 385a86 a63024 5870dd ea2977 50a0cf d55aef d1707d 43761b e06b56 8f4a2b 902d59 de5f24'
).split(' ')

/** Six hexadecimal digits without `#`. After the last colour the first comes again. */
export function colorOf(ordinal: number): string {
  return PALETTE[ordinal % PALETTE.length] ?? '9f69e7'
}
