import { type Answered, ask } from '../../../shared/api'
import { Head, Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { everything, useLook } from '../../kit/look'
import { addressOf } from '../../route'
import { s } from '../../words'
import { HouseClock } from './HouseClock'
import { meaningOf, say } from './words'

type Setting = Answered<'get', '/api/v1/staff/settings'>['items'][number]

/** Of these a rule can take the place. */
const RULED: readonly string[] = ['bookings.days_ahead', 'bookings.max_minutes', 'bookings.most_ahead', 'rentals.max_days']

/** What the centre was started with, and where each is changed. */
export function Settings() {
  const looked = useLook(async () => {
    const [{ items }, clock, rules] = await Promise.all([
      ask('get', '/api/v1/staff/settings'),
      ask('get', '/api/v1/staff/clock'),
      everything((query) => ask('get', '/api/v1/staff/policies', { query })),
    ])
    return { items, clock, standing: rules.filter(({ from_settings }) => from_settings).map(({ id }) => id) }
  }, [])
  const title = s('settings.title')
  return (
    <>
      <Head title={title} />
      <p class="lead">{say('help')}</p>
      <Seen looked={looked}>
        {({ items, clock, standing }) => {
          const where = ({ name, variable, from_environment }: Setting) => {
            if (RULED.includes(name)) return say(standing.includes(name) ? 'rule' : 'replaced')
            return from_environment ? say('environment', { variable }) : say('file')
          }
          return (
            <>
              <HouseClock clock={clock} again={looked.again} />
              <Table
                title={title}
                file="settings"
                rows={items}
                id={({ name }) => name}
                empty={say('none')}
                columns={[
                  {
                    title: say('what'),
                    value: ({ name }) => `${meaningOf(name)} ${name}`,
                    show: ({ name }) => (
                      <span class="prose">
                        {meaningOf(name)} <code>{name}</code>
                      </span>
                    ),
                  },
                  { title: say('value'), value: ({ value }) => said(value), show: ({ value, usual }) => (value === usual ? said(value) : <strong>{said(value)}</strong>) },
                  { title: say('usual'), value: ({ name, usual }) => (name === 'site' ? say('own') : said(usual)) },
                  {
                    title: say('where'),
                    value: where,
                    show: (one) => <span class="prose">{RULED.includes(one.name) ? <a href={addressOf('policies')}>{where(one)}</a> : where(one)}</span>,
                  },
                ]}
              />
            </>
          )
        }}
      </Seen>
    </>
  )
}

function said(value: string): string {
  if (value === '') return say('none')
  return value === 'true' ? say('yes') : value === 'false' ? say('no') : value
}
