import { type Answered, ask } from '../../shared/api'
import { me } from '../../shared/account/session'
import { language } from '../../shared/t'
import { Head, Seen } from '../kit/Head'
import { Told } from '../kit/Told'
import { Table } from '../kit/Table'
import { everything, useLook } from '../kit/look'
import { ActSheet, show } from '../kit/sheets'
import { s } from '../words'

type Space = Answered<'get', '/api/v1/spaces'>['items'][number]

/** The screen at each space's door, and each space's bookings in one's own calendar. */
export function Displays() {
  const looked = useLook(() => everything((query) => ask('get', '/api/v1/spaces', { query })), [])
  const title = s('displays.title')
  return (
    <>
      <Head title={title} />
      <p class="lead">{s('displays.help')}</p>
      <Seen looked={looked}>
        {(spaces) => (
          <Table
            title={title}
            rows={spaces}
            id={({ id }) => id}
            empty={s('displays.none')}
            file="door-displays"
            columns={[
              { title: s('displays.space'), value: ({ name }) => name[language.value] },
              { title: s('displays.capacity'), value: ({ capacity }) => capacity ?? '', isNumber: true },
              { title: s('displays.address'), value: displayOf, show: (space) => <a href={displayOf(space)}>{displayOf(space)}</a> },
            ]}
            acts={(space) => (
              <>
                <button type="button" class="quiet" onClick={() => show(<CalendarSheet space={space} />)}>
                  {s('displays.calendar')}
                </button>
                {me.value?.role === 'manager' && space.kind !== 'locker' && (
                  <button type="button" class="quiet" onClick={() => sayCapacity(space, looked.again)}>
                    {s('displays.say_capacity')}
                  </button>
                )}
              </>
            )}
          />
        )}
      </Seen>
    </>
  )
}

function displayOf({ id }: Space): string {
  return `${location.origin}/door/${encodeURIComponent(id)}`
}

function sayCapacity(space: Space, again: () => Promise<void>): void {
  show(
    <ActSheet
      title={s('displays.capacity_of', { name: space.name[language.value] })}
      lead={s('displays.capacity_help')}
      entries={[{ name: 'people', label: s('displays.people'), kind: 'number', value: String(space.capacity ?? 0) }]}
      go={s('displays.say_capacity')}
      done={s('card.done')}
      onDone={() => void again()}
      act={({ people = '0' }) =>
        ask('patch', '/api/v1/staff/spaces/{space_id}', { at: { space_id: space.id }, body: { capacity: Number(people) } })
      }
    />,
  )
}

function CalendarSheet({ space }: { space: Space }) {
  const name = space.name[language.value]
  return (
    <ActSheet
      title={s('displays.calendar_of', { name })}
      lead={s('displays.calendar_help')}
      go={s('displays.calendar_make')}
      act={async () => {
        const { path } = await ask('post', '/api/v1/me/calendars', { body: { space_id: space.id } })
        show(<Told title={s('displays.calendar_of', { name })} lead={s('displays.calendar_told')} secret={path && location.origin + path} />)
      }}
    />
  )
}
