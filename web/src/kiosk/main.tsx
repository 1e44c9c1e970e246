import { render } from 'preact'
import '../shared/app.css'
import './kiosk.css'
import { haveProblemsAtHand } from '../shared/t'
import { App } from './App'
import { fetchTheRest } from './Later'
import { lookForCameras } from './cameras'
import { effect } from '@preact/signals'
import { kiosk } from './house'
import { lockIn } from './fence'
import { keepInTouch } from './house'
import { watch } from './idle'
import { codeShown } from './visit'
import { readCodes } from './wedge'

lockIn()
keepInTouch()
watch()
readCodes(codeShown)
lookForCameras()
effect(() => {
  if (kiosk.value?.has_reader) void import('./presented').then(({ listen }) => listen())
})
render(<App />, document.getElementById('app') as HTMLElement)
document.documentElement.toggleAttribute('data-ready', true)
haveProblemsAtHand() // while there is a network: this face keeps no files for when there is none
fetchTheRest()
