/** Photos of a work order: how the thing was found, and how it was left. */
import { me } from '../../../shared/account/session'
import { ask, newKey } from '../../../shared/api'
import { useAttempt } from '../../../shared/attempt'
import { inBase64, shrink } from '../../../shared/shrink'
import { t, when } from '../../../shared/t'
import { Fault } from '../../../shared/ui/Fault'
import { ActSheet, show } from '../../kit/sheets'
import { named, s, whyNot } from '../../words'
import { type Detail, isClosed } from './data'

type Photo = Detail['photos'][number]

const PATH = '/api/v1/staff/work-orders/{order_id}/photos'
const MOST_LETTERS = 200
const PATIENCE_MS = 60_000 // for a photo over the cellar's Wi-Fi
const TAKEN = ['before', 'after'] as const

interface Props {
  order: Detail
  /** Once there is one more or one less. */
  onChange: () => void
}

export function Photos({ order, onChange }: Props) {
  const { isBusy, error, attempt } = useAttempt()
  const take = (input: HTMLInputElement) => {
    const file = input.files?.[0]
    input.value = '' // so that the same file can be chosen again
    if (file) void attempt(async () => add(order, await shrink(file), onChange))
  }
  return (
    <section class="photos" aria-label={s('orders.photos')}>
      {order.photos.length > 0 && (
        <ul>
          {order.photos.map((photo) => (
            <li key={photo.id}>
              <One order={order} photo={photo} onChange={onChange} />
            </li>
          ))}
        </ul>
      )}
      {!isClosed(order) && (
        <label class="secondary photos-take">
          {isBusy ? t('app.waiting') : s('orders.photo_add')}
          <input type="file" accept="image/*" onChange={({ currentTarget }) => take(currentTarget)} />
        </label>
      )}
      <Fault>{error !== undefined && whyNot(error)}</Fault>
    </section>
  )
}

function One({ order, photo, onChange }: { order: Detail; photo: Photo; onChange: () => void }) {
  const address = `/api/v1/staff/work-orders/${order.id}/photos/${photo.id}`
  const words = [named('photo_taken', photo.taken), photo.caption].filter(Boolean).join(' · ')
  const isMine = photo.by === me.value?.member_no || me.value?.role === 'manager'
  return (
    <figure>
      <a href={address} target="_blank" rel="noopener">
        <img loading="lazy" alt={s('orders.photo_of', { what: words })} src={`${address}?small=true`} />
      </a>
      <figcaption>
        {words}
        <small>
          {photo.by} · {when(photo.at)}
        </small>
      </figcaption>
      {isMine && (
        <button type="button" class="quiet" onClick={() => remove(order, photo, onChange)}>
          {s('orders.photo_remove')}
          <span class="unseen"> {words}</span>
        </button>
      )}
    </figure>
  )
}

/** What was photographed is looked at before it is kept. */
function add(order: Detail, address: string, onChange: () => void): void {
  const key = newKey()
  show(
    <ActSheet
      title={s('orders.photo_add')}
      entries={[
        {
          name: 'taken',
          label: s('orders.photo_taken'),
          kind: 'select',
          options: TAKEN.map((value) => ({ value, label: named('photo_taken', value) })),
          value: order.photos.length > 0 ? 'after' : 'before',
        },
        { name: 'caption', label: s('orders.photo_caption'), most: MOST_LETTERS, isOptional: true },
      ]}
      go={s('orders.photo_keep')}
      onDone={onChange}
      act={({ taken, caption = '' }) =>
        ask('post', PATH, {
          at: { order_id: order.id },
          key,
          body: { taken: taken as Photo['taken'], caption, photo: inBase64(address) },
          withinMs: PATIENCE_MS,
        })
      }
    >
      <img class="photo" alt={s('orders.photo_new')} src={address} />
    </ActSheet>,
  )
}

function remove(order: Detail, photo: Photo, onChange: () => void): void {
  show(
    <ActSheet
      title={s('orders.photo_remove')}
      lead={s('orders.photo_remove_lead')}
      go={s('orders.photo_remove')}
      isGrave
      onDone={onChange}
      act={() => ask('delete', `${PATH}/{photo_id}`, { at: { order_id: order.id, photo_id: photo.id } })}
    />,
  )
}
