import { ask } from '../../../shared/api'
import { Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { everything, useLook } from '../../kit/look'
import { addressOf } from '../../route'
import { forgive, keep, thingOf } from './acts'
import { say } from './words'

/** Members' objections, the oldest first: each is answered once. */
export function Appeals() {
  const looked = useLook(() => everything((query) => ask('get', '/api/v1/staff/credit/appeals', { query })), [])
  return (
    <>
      <p class="lead">{say('help')}</p>
      <Seen looked={looked}>
        {(rows) => (
          <Table
            title={say('appeals')}
            file="appeals"
            rows={rows}
            id={({ entry }) => entry.id}
            empty={say('none')}
            columns={[
              {
                title: say('who'),
                value: ({ member_name, member_no }) => `${member_name} ${member_no}`,
                show: ({ member_name, member_no }) => <a href={addressOf('members', 'of', member_no)}>{`${member_name}（${member_no}）`}</a>,
              },
              { title: say('what'), value: ({ entry }) => thingOf(entry), show: ({ entry }) => <span class="prose">{thingOf(entry)}</span> },
              { title: say('said'), value: ({ entry }) => entry.asked_for, show: ({ entry }) => <span class="prose">{entry.asked_for}</span> },
              { title: say('cost'), value: ({ entry }) => entry.cost, isNumber: true },
            ]}
            acts={({ entry }) => (
              <>
                <button type="button" class="quiet" onClick={() => forgive(entry, looked.again)}>
                  {say('forgive')}
                </button>
                <button type="button" class="quiet" onClick={() => keep(entry, looked.again)}>
                  {say('keep')}
                </button>
              </>
            )}
          />
        )}
      </Seen>
    </>
  )
}
