import { language } from '../shared/t'
import { Toast } from '../shared/ui/toast'
import { ChoosePin } from './ChoosePin'
import { Frame } from './Frame'
import { Free } from './Free'
import { Home } from './Home'
import { Identify } from './Identify'
import { LaterActivities, LaterActivity, LaterBook, LaterBookings, LaterCamera, LaterMap, LaterNotices, LaterRent } from './Later'
import { Lockers } from './Lockers'
import { Pair } from './Pair'
import { StillThere } from './StillThere'
import { Over, Thanks } from './Thanks'
import { away, kiosk } from './house'
import { left } from './idle'
import { Waiting } from '../shared/ui/Waiting'
import { screen } from './screen'
import { person, visit } from './visit'
import { say } from './words'

/** The kiosk face: one thing at a time, for whoever stands before it. */
export function App() {
  if (kiosk.value === null) return <Pair />
  if (kiosk.value === undefined) return away.value ? <Alone /> : <Waiting />
  return (
    <>
      <Frame key={person.value} name={kiosk.value.names[language.value]}>
        <Shown />
      </Frame>
      {left.value !== undefined && <StillThere />}
      <Toast />
    </>
  )
}

function Shown() {
  const now = screen.value
  if (visit.value?.must_choose_pin) return <ChoosePin />
  switch (now.at) {
    case 'home':
      return <Home />
    case 'free':
      return <Free />
    case 'map':
      return <LaterMap to={now.to} />
    case 'activities':
      return <LaterActivities />
    case 'activity':
      return <LaterActivity key={now.id} id={now.id} />
    case 'notices':
      return <LaterNotices key={language.value} />
    case 'identify':
      return <Identify key={person.value} {...now} />
    case 'camera':
      return <LaterCamera goal={now.goal} />
    case 'locker':
      return <Lockers />
    case 'rent':
      return <LaterRent />
    case 'bookings':
      return <LaterBookings />
    case 'book':
      return <LaterBook key={now.space.id} space={now.space} />
    case 'thanks':
      return <Thanks />
    case 'over':
      return <Over />
  }
}

/** The house has not answered since this screen was switched on. It is asked again and again. */
function Alone() {
  return (
    <main class="k-alone">
      <h1>{say('away.title')}</h1>
      <p class="lead" role="status">
        {say('away.house')}
      </p>
    </main>
  )
}
