import { away, kiosk } from './house'
import { Frame } from './Frame'
import { Free } from './Free'
import { Home } from './Home'
import { Pair } from './Pair'
import { Waiting } from '../shared/ui/Waiting'
import { screen } from './screen'
import { say } from './words'

/** The kiosk face: one thing at a time, for whoever stands before it. */
export function App() {
  if (kiosk.value === null) return <Pair />
  if (kiosk.value === undefined) return away.value ? <Alone /> : <Waiting />
  return (
    <Frame name={kiosk.value.name}>
      <Shown />
    </Frame>
  )
}

function Shown() {
  switch (screen.value.at) {
    case 'home':
      return <Home />
    case 'free':
      return <Free />
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
