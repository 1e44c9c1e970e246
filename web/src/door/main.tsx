import { render } from 'preact'
import './door.css'
import { Door } from './Door'
import { keepLooking } from './door'

const space_id = decodeURIComponent(location.pathname.split('/')[2] ?? '')

keepLooking(space_id)
render(<Door space_id={space_id} />, document.getElementById('door') as HTMLElement)
document.documentElement.toggleAttribute('data-ready', true)
