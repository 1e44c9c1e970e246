import type { ComponentChildren } from 'preact'
import { Head } from '../kit/Head'
import { later } from '../later'
import { addressOf, place } from '../route'
import { s } from '../words'
import { Find } from './members/Find'
import { Groups } from './members/Groups'
import { Import } from './members/Import'
import { Person } from './members/Person'

const Appeals = later(async () => (await import('./credit/Appeals')).Appeals)

/** Members: found, made, taken in from a list; one of them with cards, PIN, password and points; what they object to. */
export function Members() {
  const [, part, member_no] = place.value
  if (part === 'import') {
    return (
      <Under title={s('import.title')}>
        <Import />
      </Under>
    )
  }
  if (part === 'groups') {
    return (
      <Under title={s('groups.title')}>
        <Groups />
      </Under>
    )
  }
  if (part === 'appeals') {
    return (
      <Under title={s('appeals.title')}>
        <Appeals />
      </Under>
    )
  }
  if (part === 'of' && member_no) {
    return (
      <Under key={member_no} title={s('person.title', { member_no })}>
        <Person member_no={member_no} />
      </Under>
    )
  }
  return <Find />
}

function Under({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <>
      <Head title={title}>
        <a class="quiet" href={addressOf('members')}>
          {s('members.back')}
        </a>
      </Head>
      {children}
    </>
  )
}
