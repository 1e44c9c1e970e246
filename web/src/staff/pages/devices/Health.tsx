import { type Answered, Problem, ask } from '../../../shared/api'
import { when } from '../../../shared/t'
import { Badge, Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { useLook } from '../../kit/look'
import { named, s } from '../../words'
import { jobCalled } from './words'

type Readiness = Answered<'get', '/api/v1/health/ready'>

/** What must be there to open a door, and when each job that runs by itself last ran. */
export function Health() {
  const looked = useLook(readiness, ['device', 'emergency'])
  return (
    <Seen looked={looked}>
      {({ ready, not_ready, notes, jobs }) => (
        <>
          <ul class="plain-list">
            <li>
              <Badge tone={ready ? 'good' : 'alarm'}>{s(ready ? 'health.ready' : 'health.not_ready')}</Badge>
            </li>
            {not_ready.map(({ part, why }) => (
              <li key={part}>
                <strong>{named('part', part)}</strong> {why}
              </li>
            ))}
            {notes.map(({ part, says }) => (
              <li key={`${part} ${says}`}>
                <strong>{named('part', part)}</strong> {says}
              </li>
            ))}
          </ul>
          <Table
            title={s('health.jobs')}
            file="jobs"
            rows={jobs}
            id={({ name }) => name}
            empty={s('health.no_jobs')}
            columns={[
              { title: s('health.job'), value: ({ name }) => jobCalled(name), show: ({ name }) => <span title={name}>{jobCalled(name)}</span> },
              {
                title: s('doors.state'),
                value: ({ health, fault }) => `${named('job', health)} ${fault}`.trim(),
                show: ({ health, fault }) => (
                  <>
                    <Badge tone={health === 'well' ? 'good' : 'care'}>{named('job', health)}</Badge> {fault}
                  </>
                ),
              },
              { title: s('health.last'), value: ({ done_at }) => done_at ?? '', show: ({ done_at }) => (done_at ? when(done_at) : '—'), isNumber: true },
              { title: s('health.every'), value: ({ every_min }) => every_min, isNumber: true },
            ]}
          />
        </>
      )}
    </Seen>
  )
}

/** Not ready is an answer too. */
async function readiness(): Promise<Readiness> {
  try {
    return await ask('get', '/api/v1/health/ready')
  } catch (error) {
    if (error instanceof Problem && error.status === 503) return error.facts as unknown as Readiness
    throw error
  }
}
