import { useState } from 'preact/hooks'
import { ask } from '../../../shared/api'
import { when } from '../../../shared/t'
import { Icon } from '../../../shared/ui/Icon'
import { toast } from '../../../shared/ui/toast'
import { Head, Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { useLook } from '../../kit/look'
import { s, whyNot } from '../../words'
import { say } from './words'

const OLD_AFTER_MS = 2 * 24 * 60 * 60 * 1000
const MB = 1_000_000

/** Which copies of the centre there are, and one more now. */
export function Backups() {
  const looked = useLook(() => ask('get', '/api/v1/staff/backups'), [])
  const [isMaking, setMaking] = useState(false)
  const [fault, setFault] = useState('')
  const make = async () => {
    setMaking(true)
    setFault('')
    try {
      await ask('post', '/api/v1/staff/backups')
      toast(say('done'))
    } catch (error) {
      setFault(whyNot(error))
    }
    setMaking(false)
    await looked.again()
  }
  return (
    <>
      <Head title={s('backups.title')}>
        {looked.value?.made_here && (
          <button type="button" class="solid" disabled={isMaking} onClick={() => void make()}>
            <Icon name="download" />
            {isMaking ? say('making') : say('now')}
          </button>
        )}
      </Head>
      <p class="lead">{say('help')}</p>
      <div role="alert">{fault && <p class="fault">{fault}</p>}</div>
      <Seen looked={looked}>
        {({ items, folder, made_here }) =>
          made_here ? (
            <>
              {items[0] && isOld(items[0].made_at) && <p class="fault">{say('old')}</p>}
              <Table
                title={s('backups.title')}
                file="backups"
                rows={items}
                id={({ id }) => id}
                empty={say('none')}
                columns={[
                  { title: say('made_at'), value: ({ made_at }) => made_at, show: ({ made_at }) => when(made_at), isNumber: true },
                  { title: say('size'), value: ({ size_bytes }) => Math.ceil((10 * size_bytes) / MB) / 10, isNumber: true },
                  { title: say('file'), value: ({ id }) => id },
                ]}
              />
              <p>{say('folder', { folder })}</p>
              <p>{say('keys')}</p>
            </>
          ) : (
            <p class="nothing">{say('elsewhere')}</p>
          )
        }
      </Seen>
    </>
  )
}

function isOld(madeAt: string): boolean {
  return Date.now() - Date.parse(madeAt) > OLD_AFTER_MS
}
