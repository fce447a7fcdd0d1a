// What a reader expects on arriving at another page: to begin at its top, and on a narrow screen
// to see it, and not the menu that led there.

const NARROW_PIXELS = 768

let last

function closeMenu() {
  const menu = document.querySelector("[data-testid=stSidebar][data-collapsed=false]")
  menu?.querySelector("[data-testid=stSidebarCollapseButton] button")?.click()
}

export default function (component) {
  const { view, page } = component.data
  const arrived = { isElsewhere: last && last.view !== view, isFurther: last && last.page !== page }
  last = { view, page }
  if (arrived.isElsewhere && window.innerWidth <= NARROW_PIXELS) closeMenu()
  if (arrived.isElsewhere || arrived.isFurther) {
    document.querySelector("[data-testid=stMain]")?.scrollTo({ top: 0 })
  }
}
