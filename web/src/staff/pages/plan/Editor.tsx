/** Drawing the floor plan: areas, spots and ways; trying a way; saving with a check; going back. */
import { useEffect, useState } from 'preact/hooks'
import { type Answered, Problem, ask } from '../../../shared/api'
import '../../../shared/map/map.css'
import { type Found, type Plan, areasOf, floorName, isSpot, isWay, nameOf } from '../../../shared/map/plan'
import { m } from '../../../shared/map/words'
import { language, when } from '../../../shared/t'
import { toast } from '../../../shared/ui/toast'
import { Head } from '../../kit/Head'
import { save } from '../../kit/csv'
import { nameOf as nameIn } from '../../kit/names'
import { whyNot } from '../../words'
import { Canvas, type Tool } from './Canvas'
import { Form, Select, type Things, titleOf } from './Form'
import { anArea, aSpot, canRedo, canUndo, change, choose, chosen, draft, featureOf, floorId, isChanged, isSaved, open, planFrom, put, redo, undo, version, withLines } from './draft'
import './plan.css'
import { p, wordFor } from './words'

type Checked = Answered<'post', '/api/v1/staff/floor-plan/check'>
type Version = Answered<'get', '/api/v1/staff/floor-plan/versions'>['items'][number]

const TOOLS: readonly Tool[] = ['move', 'rectangle', 'polygon', 'spot', 'way']
const SETTLE_MS = 500

export function Editor() {
  const [things, setThings] = useState<Things>()
  const [error, setError] = useState<unknown>()
  const load = async () => {
    try {
      const [held, linked] = await Promise.all([ask('get', '/api/v1/staff/floor-plan'), lookForThings()])
      setThings(linked)
      if (!draft.value || !isChanged.value) open(held.plan, held.version)
      setError(undefined)
    } catch (failure) {
      setError(failure)
    }
  }
  useEffect(() => void load(), [])
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => isChanged.value && event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [])
  return (
    <>
      <Head title={p('title')} />
      <div role="alert">{error !== undefined && <p class="fault">{whyNot(error)}</p>}</div>
      {draft.value && things ? <Desk plan={draft.value} things={things} /> : error === undefined && <p class="nothing" role="status">{p('opening')}</p>}
    </>
  )
}

async function lookForThings(): Promise<Things> {
  const query = { limit: 200 }
  const [spaces, banks, zones, kiosks] = await Promise.all([
    ask('get', '/api/v1/spaces', { query }),
    ask('get', '/api/v1/banks', { query }),
    ask('get', '/api/v1/staff/zones', { query }),
    ask('get', '/api/v1/staff/kiosks', { query }),
  ])
  const named = (one: { id: string; name: Parameters<typeof nameIn>[0] }) => ({ id: one.id, name: nameIn(one.name) })
  return {
    space: spaces.items.map(named),
    bank: banks.items.map(named),
    zone: zones.items.filter(({ retired_at }) => retired_at === null).map(named),
    kiosk: kiosks.items.map(({ id, name }) => ({ id, name })),
  }
}

function Desk({ plan, things }: { plan: Plan; things: Things }) {
  const [tool, setTool] = useState<Tool>('move')
  const [checked, setChecked] = useState<Checked>()
  const [wish, wishFor] = useState({ start: '', to: '', step_free: false })
  const [refusal, refuse] = useState<unknown>()
  const [isSaving, setSaving] = useState(false)
  const floor = plan.floors.find(({ id }) => id === floorId.value) ?? plan.floors[0]

  useEffect(() => {
    let isMine = true
    const timer = setTimeout(async () => {
      const way = wish.to ? { start: wish.start || null, to: wish.to, step_free: wish.step_free } : null
      try {
        const found = await ask('post', '/api/v1/staff/floor-plan/check', { body: { plan: withLines(plan), way } })
        if (isMine) setChecked(found)
      } catch {
        if (isMine) setChecked(undefined) // it is looked at again when it is saved
      }
    }, SETTLE_MS)
    return () => {
      isMine = false
      clearTimeout(timer)
    }
  }, [plan, wish])

  const keep = async () => {
    setSaving(true)
    try {
      const answer = await ask('put', '/api/v1/staff/floor-plan', { body: withLines(plan), headers: { 'If-Match': `"${version.value}"` } })
      isSaved(answer.version)
      refuse(undefined)
      toast(p('saved'))
    } catch (failure) {
      refuse(failure)
      if (failure instanceof Problem && failure.code === 'floor_plan_faulty') setChecked({ faults: failure.facts.faults as Checked['faults'], cut_off: [], way: null })
    }
    setSaving(false)
  }
  const add = (next: Tool) => {
    setTool(next)
    if (!floor) return
    // From the keyboard there is no place to point at: the middle of the floor, from where the arrow keys move it.
    const [x, y] = [floor.width_m / 2, floor.depth_m / 2]
    if (next === 'rectangle') return place(anArea(plan, floor.id, { zh: '新的地方', en: 'New place' }, [[x - 2, y - 1.5], [x + 2, y - 1.5], [x + 2, y + 1.5], [x - 2, y + 1.5]]))
    if (next === 'spot') place(aSpot(plan, floor.id, [x, y], null))
  }
  const place = (feature: ReturnType<typeof anArea> | ReturnType<typeof aSpot>) => {
    change(put(plan, feature))
    choose(feature.id)
    setTool('move')
  }
  return (
    <>
      <div class="plan-bar" role="group" aria-label={p('tools')}>
        {TOOLS.map((each) => (
          <button key={each} type="button" class="quiet" aria-pressed={each === tool} onClick={(event) => (event.detail === 0 ? add(each) : setTool(each))}>
            {p(`tool.${each}`)}
          </button>
        ))}
        <button type="button" class="quiet" disabled={!canUndo.value} onClick={undo}>
          {p('undo')}
        </button>
        <button type="button" class="quiet" disabled={!canRedo.value} onClick={redo}>
          {p('redo')}
        </button>
        <button type="button" class="quiet plan-save" disabled={!isChanged.value || isSaving} onClick={() => void keep()}>
          {p('save')}
        </button>
      </div>
      <p class="lead">{p(`help.${tool}`)}</p>
      <div role="alert">{refusal !== undefined && <p class="fault">{whyNot(refusal)}</p>}</div>
      <div class="plan-desk">
        <div class="plan-left">
          <div class="map-floors" role="group" aria-label={m('map.floors')}>
            {[...plan.floors]
              .sort((one, other) => one.level - other.level)
              .map((each) => (
                <button key={each.id} type="button" class="pill" aria-pressed={each.id === floor?.id} onClick={() => ((floorId.value = each.id), choose(undefined))}>
                  {floorName(each)}
                </button>
              ))}
          </div>
          {floor && <Canvas plan={plan} floor={floor} tool={tool} onTool={setTool} way={checked?.way ?? undefined} />}
          <Told plan={plan} checked={checked} />
          <Trying plan={plan} wish={wish} wishFor={wishFor} way={checked?.way ?? undefined} />
        </div>
        <div class="plan-right">
          <Everything plan={plan} />
          <Form plan={plan} things={things} />
          <Taking plan={plan} />
        </div>
      </div>
    </>
  )
}

/** What is wrong, each leading to its thing. */
function Told({ plan, checked }: { plan: Plan; checked: Checked | undefined }) {
  const faults = checked?.faults ?? []
  const name = (id: string) => {
    const one = featureOf(plan, id)
    return one ? titleOf(plan, one) : id
  }
  const goTo = (id: string) => {
    const one = featureOf(plan, id)
    if (one && !isWay(one)) floorId.value = one.properties.floor
    choose(id)
  }
  return (
    <section aria-live="polite">
      {faults.length > 0 && (
        <>
          <h2>{p('faults', { count: faults.length })}</h2>
          <ul class="plan-list">
            {faults.map(({ thing, why }) => (
              <li key={`${thing} ${why}`}>
                <button type="button" class="quiet" onClick={() => goTo(thing)}>
                  {name(thing)}：{wordFor('fault', why)}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {checked && faults.length === 0 && <p class="plan-good">{p('no_faults')}</p>}
      {checked && checked.cut_off.length > 0 && <p class="map-stale">{p('cut_off', { places: checked.cut_off.map(name).join('、') })}</p>}
    </section>
  )
}

interface Wish {
  start: string
  to: string
  step_free: boolean
}

function Trying({ plan, wish, wishFor, way }: { plan: Plan; wish: Wish; wishFor: (wish: Wish) => void; way: Found | undefined }) {
  const places = areasOf(plan).map((area) => ({ id: area.id, name: nameOf(area) }))
  return (
    <section aria-label={p('try')}>
      <h2>{p('try')}</h2>
      <div class="plan-figures">
        <Select label={p('try_from')} value={wish.start} onValue={(start) => wishFor({ ...wish, start })} options={[{ id: '', name: p('try_entrance') }, ...places]} />
        <Select label={p('try_to')} value={wish.to} onValue={(to) => wishFor({ ...wish, to })} options={[{ id: '', name: p('try_none') }, ...places]} />
      </div>
      <label class="plan-check">
        <input type="checkbox" checked={wish.step_free} onChange={(event) => wishFor({ ...wish, step_free: event.currentTarget.checked })} />
        {m('way.step_free')}
      </label>
      {way ? (
        <ol class="plan-steps">
          {way.steps.map((step, at) => (
            <li key={at}>{step.text[language.value]}</li>
          ))}
        </ol>
      ) : (
        wish.to && <p>{p('no_way')}</p>
      )}
    </section>
  )
}

/** All that is on this floor, so that each can be chosen without pointing. */
function Everything({ plan }: { plan: Plan }) {
  const spots = new Map(plan.features.filter(isSpot).map((spot) => [spot.id, spot.properties.floor]))
  const here = plan.features.filter((one) => (isWay(one) ? spots.get(one.properties.from) : one.properties.floor) === floorId.value)
  return (
    <section class="plan-everything">
      <Select
        label={p('choose')}
        value={chosen.value ?? ''}
        onValue={(id) => choose(id || undefined)}
        options={[{ id: '', name: p('choose_floor') }, ...here.map((one) => ({ id: one.id, name: `${wordFor('is', one.properties.is)} · ${titleOf(plan, one)}` }))]}
      />
    </section>
  )
}

/** Taking the plan along, bringing one, going back to an earlier one. */
function Taking({ plan }: { plan: Plan }) {
  const [versions, setVersions] = useState<Version[]>()
  const look = () => ask('get', '/api/v1/staff/floor-plan/versions').then(({ items }) => setVersions(items), (error: unknown) => toast(whyNot(error)))
  const goBack = async (wanted: string) => {
    if (!wanted) return
    try {
      change((await ask('get', '/api/v1/staff/floor-plan/versions/{version}', { at: { version: wanted } })).plan)
      choose(undefined)
      toast(p('went_back', { version: wanted }))
    } catch (error) {
      toast(whyNot(error))
    }
  }
  const bring = async (file: File | undefined) => {
    const found = file && planFrom(await file.text())
    if (!found) return toast(p('no_plan'))
    change(found)
    choose(undefined)
    floorId.value = found.floors[0]?.id
  }
  return (
    <section class="plan-form" aria-label={p('files')}>
      <h2>{p('files')}</h2>
      <button type="button" class="quiet" onClick={() => save('floor-plan.geojson', JSON.stringify(withLines(plan), null, 1), 'application/geo+json')}>
        {p('export')}
      </button>
      <label class="plan-field">
        <span>{p('import')}</span>
        <input type="file" accept=".geojson,.json" onChange={(event) => void bring(event.currentTarget.files?.[0])} />
      </label>
      {versions ? (
        <Select label={p('versions')} value="" onValue={(wanted) => void goBack(wanted)} options={[{ id: '', name: p('versions_none') }, ...versions.map(({ version: no, saved_at }) => ({ id: String(no), name: `${no} · ${when(saved_at)}` }))]} />
      ) : (
        <button type="button" class="quiet" onClick={() => void look()}>
          {p('earlier')}
        </button>
      )}
    </section>
  )
}
