import { render } from 'preact'
import '../shared/app.css'
import './kiosk.css'
import { App } from './App'
import { lockIn } from './fence'
import { keepInTouch } from './house'

lockIn()
keepInTouch()
render(<App />, document.getElementById('app') as HTMLElement)
document.documentElement.toggleAttribute('data-ready', true)
