import { Icon } from './Icon'

/** Why it was not done; read out as soon as it appears. */
export function Fault({ children }: { children: string | false | undefined }) {
  return (
    <div role="alert">
      {children && (
        <p class="fault">
          <Icon name="alert" />
          {children}
        </p>
      )}
    </div>
  )
}
