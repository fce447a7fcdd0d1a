// On arrival at another page, scrolls to its top and, on a narrow screen, closes the sidebar.

const NARROW_PIXELS = 768
const LISTS = ["browse", "search"]

let last

function closeMenu() {
  const menu = document.querySelector("[data-testid=stSidebar][data-collapsed=false]")
  menu?.querySelector("[data-testid=stSidebarCollapseButton] button")?.click()
}

export default function (component) {
  const here = component.data
  const isOther = (name) => last && last[name] !== here[name]
  const isElsewhere = isOther("view")
  // Back in a list, the list scrolls to the conversation just read; with a turn, the transcript does.
  const isBack = isElsewhere && last.view === "conversation" && LISTS.includes(here.view)
  const isFurther = ["page", "conversation", "beside"].some(isOther)
  last = here
  if (isElsewhere && window.innerWidth <= NARROW_PIXELS) closeMenu()
  if ((isElsewhere || isFurther) && !isBack && !here.turn) {
    document.querySelector("[data-testid=stMain]")?.scrollTo({ top: 0 })
  }
}
