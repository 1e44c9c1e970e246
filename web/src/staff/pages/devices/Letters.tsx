import { ask } from '../../../shared/api'
import { when } from '../../../shared/t'
import { Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { everything, useLook } from '../../kit/look'
import { s } from '../../words'

/** Messages from devices that could not be taken: for whoever repairs them. */
export function Letters() {
  const looked = useLook(() => everything((query) => ask('get', '/api/v1/staff/dead-letters', { query })), [])
  return (
    <Seen looked={looked}>
      {(rows) => (
        <Table
          title={s('devices.letters')}
          file="dead-letters"
          rows={rows}
          id={({ device, channel, fault }) => `${device} ${channel} ${fault}`}
          empty={s('letters.none')}
          columns={[
            { title: s('devices.name'), value: ({ device }) => device },
            { title: s('letters.channel'), value: ({ channel }) => channel },
            { title: s('letters.fault'), value: ({ fault, detail }) => `${fault} ${detail}`.trim() },
            { title: s('alert.count'), value: ({ count }) => count, isNumber: true },
            { title: s('letters.last'), value: ({ last_at }) => last_at, show: ({ last_at }) => when(last_at), isNumber: true },
          ]}
        />
      )}
    </Seen>
  )
}
