/** Line drawings on a 24x24 grid, in the colour of the text beside them. They never carry a meaning alone. */
const PATHS = {
  alert: 'M12 8v5m0 3.2v.1M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z',
  back: 'M15 5l-7 7 7 7',
  backspace: 'M9 5.5h10.5v13H9L3 12ZM11.5 9.5l5 5m0-5-5 5',
  bell: 'M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15ZM10.5 20.5h3M12 5V3',
  calendar: 'M5 6.5h14a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7.5a1 1 0 0 1 1-1ZM4 11h16M8.5 4v4m7-4v4',
  card: 'M4 6h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1ZM3 10h18M6.5 14.5h4',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  chevron: 'M9 5l7 7-7 7',
  close: 'M6 6l12 12M18 6L6 18',
  doorOpen: 'M4 20.5h16M6 20.5V4.5h12v16M6 4.5l8 2.5v13.5M11 13.5v1.5',
  doorShut: 'M4 20.5h16M6 20.5v-16h12v16M14.5 12v2',
  chip: 'M7.5 7.5h9v9h-9ZM10 4v3.5m4-3.5v3.5m-4 9V20m4-3.5V20M4 10h3.5M4 14h3.5m9-4H20m-3.5 4H20',
  clock: 'M12 7v5l3.5 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z',
  download: 'M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 19.5h14',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Zm9.5 3a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z',
  eyeOff: 'M4 4l16 16M9.6 5.8A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a16 16 0 0 1-3 3.7M6.3 7.5A16 16 0 0 0 2.5 12S6 18.5 12 18.5a9 9 0 0 0 4-.9M9.9 9.9a3 3 0 0 0 4.2 4.2',
  good: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM9 9.500v.1m6-.1v.1M8 14c2 3 6 3 8 0',
  fair: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM9 9.500v.1m6-.1v.1M8.5 15h7',
  poor: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM9 9.500v.1m6-.1v.1M8 16c2-3 6-3 8 0',
  home: 'M4 11.5 12 4l8 7.5M6.5 9.5V20h11V9.5M10.5 20v-5h3v5',
  lock: 'M6.5 10.5h11a1 1 0 0 1 1 1v7.5a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-7.5a1 1 0 0 1 1-1ZM8 10.5V7.5a4 4 0 0 1 7.7-1.5M12 14.5v2',
  plus: 'M12 5v14M5 12h14',
  people: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6 8.5c0-3.5 2.5-5.5 6-5.5s6 2 6 5.5M15.5 4.300a3.5 3.5 0 0 1 0 6.400M17.5 14.300c2.200.7 3.5 2.5 3.5 5.200',
  pulse: 'M3 12h4l2.5-7 5 14 2.5-7h4',
  chart: 'M4 20V10M10 20V4M16 20v-8M4 20h16',
  question: 'M9.2 9.3a2.9 2.9 0 1 1 4.3 2.6c-.9.5-1.5 1.1-1.5 2.1m0 3.2v.1M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z',
  retry: 'M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9M19.5 4v5h-5',
  scroll: 'M7 4h11v14a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-2h10v2a2 2 0 0 0 2 2M7 4v12M10.5 8.5h4.5m-4.5 4h4.5',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Zm4.800-1.7L20 20',
  scales: 'M12 4v16M7 20h10M5 7.5 12 6l7 1.5M5 7.5 2.5 13a2.7 2.7 0 0 0 5 0ZM19 7.5 16.5 13a2.7 2.7 0 0 0 5 0Z',
  settings: 'M4 7h9m5 0h2M4 17h2m5 0h9M15.5 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM8.5 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  voice: 'M4 9.500v5h3.500L12 18.500v-13L7.500 9.500ZM15.500 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  )
}
