layout-site = Hội Thi
